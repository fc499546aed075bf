"""Who did it, as the envelope of a fact says it."""

from domain.deliveries import messages as ask


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request; a customer has no id here, since the case knows theirs."""
    match command:
        case ask.Decide():
            return f"agent:{command.agent}"
        case ask.Choose() | ask.Object():
            return "customer"
        case ask.ConfirmDelivery() | ask.CallOff():
            return command.by
        case ask.ScanCleared():
            return f"watch:{command.by}"
        case ask.GrantRelief():
            return f"weather:{command.by}"
        case _:
            return f"staff:{command.by}"

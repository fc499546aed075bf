"""Who did it, as the envelope of a fact says it."""

from domain.returns import messages as ask


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request; a customer has no id here, since the case knows theirs."""
    match command:
        case ask.Review() | ask.RequestInfo() | ask.Advise():
            return f"agent:{command.agent}"
        case ask.Receive():
            return f"warehouse:{command.warehouse}"
        case ask.Inspect():
            return f"inspector:{command.inspector}"
        case ask.ResolveParcel() | ask.RetryRefund() | ask.ResolveClawback():
            return f"staff:{command.by}"
        case ask.Confirm() | ask.Cancel() | ask.Appeal():
            return command.by
        case _:
            return "customer"

"""Who did it, as the envelope of a fact says it."""

from domain.complaints import requests as ask


def actor_of(command: ask.Command) -> str:
    """`role:id` of whoever sent the request; a customer has no id here, since the case knows theirs."""
    match command:
        case ask.GiveInfo():
            return "customer"
        case ask.ConfirmSolution() | ask.WithdrawComplaint():
            return command.by
        case ask.DecideFinal():
            return f"{command.role}:{command.by}"
        case ask.Transfer() | ask.HandOver() | ask.GiveStatement() | ask.AddEvidence():
            return f"staff:{command.by}"
        case _:
            return f"agent:{command.agent}"

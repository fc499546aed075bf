"""What happened to a case of any kind, in one sentence per event."""

from domain.cases import events as facts
from starters.words.telling import on, plain, until


@on(facts.NoticeReported)
def _notice(event: facts.NoticeReported, zone: str) -> str:
    kind = event.kind.replace("_", " ")
    return f"told by {event.channel}: {kind}" if event.state == "sent" else f"could not be told: {kind}"


@on(facts.ClockChanged)
def _clock(event: facts.ClockChanged, zone: str) -> str:
    rung = f" at {event.rung}" if event.rung else ""
    has_new_due = event.due_at and event.change in ("activated", "resumed", "retargeted")
    due = f", due {until(event.due_at, zone)}" if event.due_at and has_new_due else ""
    return f"clock {event.metric} {event.change}{rung}{due}"


@on(facts.Linked)
def _linked(event: facts.Linked, zone: str) -> str:
    return f"linked: {event.relation.replace('_', ' ')} {event.case_id}"


@on(facts.LinkReported)
def _link_reported(event: facts.LinkReported, zone: str) -> str:
    where = f"closed: {event.outcome}" if event.outcome else event.stage
    return f"{event.case_id} is {where.replace('_', ' ')}"


@on(facts.Assigned)
def _assigned(event: facts.Assigned, zone: str) -> str:
    whom = event.assignee or "the queue"
    team = f" of {event.team}" if event.team else ""
    return f"given to {whom}{team}: {event.reason}"


@on(facts.ApprovalAsked)
def _approval_asked(event: facts.ApprovalAsked, zone: str) -> str:
    above = ", ".join(each.replace("_", " ") for each in event.why)
    return f"refund {event.refund_seq} waits for a second person: above the limit of {above}"


@on(facts.ApprovalAnswered)
def _approval_answered(event: facts.ApprovalAnswered, zone: str) -> str:
    words = f": {event.words}" if event.words else ""
    return f"refund {event.refund_seq} {event.verdict} by {event.by}{words}"


plain(facts.ApprovalsDone, "no refund waits for a second person any more")


@on(facts.Retargeted)
def _retargeted(event: facts.Retargeted, zone: str) -> str:
    return f"held to policy {event.policy} {event.policy_hash[:12]} from now on: {event.reason}"

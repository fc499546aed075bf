"""What happened to an improvement, in one sentence per event."""

from domain.improvements import events as facts
from starters.words.telling import on, plain, until

plain(facts.CheckDue, "the time of watching is over; the figures are asked")


@on(facts.Proposed)
def _proposed(event: facts.Proposed, zone: str) -> str:
    shown = f"{len(event.evidence)} cases show it, {event.baseline} came up in as long before"
    return f"{event.severity} finding for {event.department}: {event.words} ({event.recurs.words}; {shown})"


@on(facts.Accepted)
def _accepted(event: facts.Accepted, zone: str) -> str:
    return "accepted" + (f": {event.note}" if event.note else "")


@on(facts.Declined)
def _declined(event: facts.Declined, zone: str) -> str:
    return f"declined: {event.reason}; whoever asked may insist until {until(event.insist_by, zone)}"


@on(facts.Escalated)
def _escalated(event: facts.Escalated, zone: str) -> str:
    why = f": {event.reason}" if event.reason else ""
    return (
        f"the head is to decide, as {'it recurs' if event.because == 'recurs' else 'somebody insists'}{why}"
    )


@on(facts.Ruled)
def _ruled(event: facts.Ruled, zone: str) -> str:
    return f"the head decided that it {'goes on' if event.go_on else 'ends'}: {event.reason}"


@on(facts.RoundBegun)
def _round_begun(event: facts.RoundBegun, zone: str) -> str:
    return f"round {event.round} began"


@on(facts.ActionAdded)
def _action_added(event: facts.ActionAdded, zone: str) -> str:
    who = f", by {event.owner}" if event.owner else ""
    when = f", until {until(event.due_by, zone)}" if event.due_by else ""
    return f"action {event.action}: {event.what}{who}{when}"


@on(facts.ActionDone)
def _action_done(event: facts.ActionDone, zone: str) -> str:
    return f"action {event.action} done: {event.evidence}"


@on(facts.ActionDropped)
def _action_dropped(event: facts.ActionDropped, zone: str) -> str:
    return f"action {event.action} dropped: {event.reason}"


@on(facts.Done)
def _done(event: facts.Done, zone: str) -> str:
    learnt = f"root cause: {event.root_cause}; prevention: {event.prevention}"
    return f"all done; {learnt}; watched until {until(event.check_at, zone)}"


@on(facts.Checked)
def _checked(event: facts.Checked, zone: str) -> str:
    since = until(event.since, zone)
    return f"came up {event.found} times since {since}; {event.tolerated} are tolerated"


@on(facts.Recurred)
def _recurred(event: facts.Recurred, zone: str) -> str:
    return f"it recurs after round {event.round}; new evidence: {', '.join(event.cases)}"


@on(facts.Withdrawn)
def _withdrawn(event: facts.Withdrawn, zone: str) -> str:
    return f"withdrawn: {event.reason}"


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({event.reason.replace('_', ' ')})"

"""What happened to a parcel, in one sentence per event."""

from domain.shipments import events as facts
from starters.words.telling import on, plain, until

plain(facts.ReliefEnded, "the extreme weather is over")


@on(facts.Opened)
def _opened(event: facts.Opened, zone: str) -> str:
    promised = f", promised by {until(event.promised_by, zone)}" if event.promised_by else ""
    return f"watched: {event.carrier} {event.tracking_no}, {event.method}{promised}"


@on(facts.Scanned)
def _scanned(event: facts.Scanned, zone: str) -> str:
    last = event.scans[-1]
    why = f" ({last.reason})" if last.reason else ""
    return f"scanned: {last.status.replace('_', ' ')}{why} at {until(last.at, zone)}"


@on(facts.MilestoneReached)
def _milestone(event: facts.MilestoneReached, zone: str) -> str:
    return f"{event.milestone.replace('_', ' ')} at {until(event.reached_at, zone)}"


@on(facts.ExceptionRaised)
def _raised(event: facts.ExceptionRaised, zone: str) -> str:
    why = f" ({event.reason})" if event.reason else ""
    return f"{event.kind.replace('_', ' ')} since {until(event.raised_at, zone)}{why}"


@on(facts.ExceptionCleared)
def _cleared(event: facts.ExceptionCleared, zone: str) -> str:
    return f"no longer {event.kind.replace('_', ' ')}, by a scan at {until(event.cleared_at, zone)}"


@on(facts.ExceptionWithdrawn)
def _withdrawn(event: facts.ExceptionWithdrawn, zone: str) -> str:
    return f"never {event.kind.replace('_', ' ')}: a late scan shows it"


@on(facts.ExceptionRedated)
def _redated(event: facts.ExceptionRedated, zone: str) -> str:
    return f"{event.kind.replace('_', ' ')} since {until(event.raised_at, zone)}, as a late scan shows"


@on(facts.CaseOpened)
def _case_opened(event: facts.CaseOpened, zone: str) -> str:
    return (
        f"case {event.case_id} refused: {event.refusal}" if event.refusal else f"case {event.case_id} opened"
    )


@on(facts.Promised)
def _promised(event: facts.Promised, zone: str) -> str:
    return f"promised by {until(event.promised_by, zone)} now: {event.reason}"


@on(facts.ReliefGranted)
def _relief(event: facts.ReliefGranted, zone: str) -> str:
    return f"extreme weather in {event.region} ({event.reason}) until {until(event.until, zone)}"


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {event.outcome.replace('_', ' ')}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"watched again ({event.reason.replace('_', ' ')})"

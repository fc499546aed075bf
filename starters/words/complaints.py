"""What happened to a complaint, in one sentence per event."""

from domain.complaints import events as facts
from domain.complaints import solution_events as solving
from domain.complaints.record import Measure
from starters.words.telling import amount_by_way, on, plain, until

plain(facts.Accepted, "the first review found it valid")


def _words(name: str) -> str:
    return name.replace("_", " ")


@on(facts.Opened)
def _opened(event: facts.Opened, zone: str) -> str:
    about = _words(event.category) if event.category else "not classified yet"
    wants = ", ".join(event.demand.wants)
    return f"complaint by the {event.source} ({event.channel}), {about}; wanted: {wants}; {event.priority}"


@on(facts.Acknowledged)
def _acknowledged(event: facts.Acknowledged, zone: str) -> str:
    return f"answered for the first time, by {event.agent}"


@on(facts.Classified)
def _classified(event: facts.Classified, zone: str) -> str:
    return f"classified as {_words(event.category)}" + _why(event.reason)


@on(facts.Graded)
def _graded(event: facts.Graded, zone: str) -> str:
    return f"graded {event.severity}, {event.urgency}: {event.priority}" + _why(event.reason)


@on(facts.Dispatched)
def _dispatched(event: facts.Dispatched, zone: str) -> str:
    return f"sent to the team {event.team}"


@on(facts.Transferred)
def _transferred(event: facts.Transferred, zone: str) -> str:
    return f"passed on from {event.from_team} to {event.team} (transfer {event.transfer}): {event.reason}"


@on(facts.Taken)
def _taken(event: facts.Taken, zone: str) -> str:
    return f"taken by {event.agent}"


@on(facts.HandedOver)
def _handed_over(event: facts.HandedOver, zone: str) -> str:
    return f"{event.owner} answers for it from now on, before {event.from_owner}: {event.reason}"


@on(facts.InfoRequested)
def _info_requested(event: facts.InfoRequested, zone: str) -> str:
    return f"the customer was asked: {event.question}"


@on(facts.InfoGiven)
def _info_given(event: facts.InfoGiven, zone: str) -> str:
    return f"the customer answered: {event.answer}{_files(len(event.attachments))}"


@on(facts.Rejected)
def _rejected(event: facts.Rejected, zone: str) -> str:
    return f"the first review found it not valid: {event.reason}"


@on(facts.StatementAsked)
def _statement_asked(event: facts.StatementAsked, zone: str) -> str:
    return f"statement {event.statement} asked of the {event.party}: {event.question}"


@on(facts.StatementGiven)
def _statement_given(event: facts.StatementGiven, zone: str) -> str:
    said = f"statement {event.statement} of the {event.party}: {event.words}"
    return said + _files(len(event.attachments))


@on(facts.EvidenceAdded)
def _evidence_added(event: facts.EvidenceAdded, zone: str) -> str:
    return f"evidence {event.evidence.ref}: {event.evidence.shows}"


@on(facts.Found)
def _found(event: facts.Found, zone: str) -> str:
    found = event.finding
    again = ", recurring" if found.recurring else ""
    return f"found: {_words(found.party)} responsible, {found.root_cause}{again}: {found.words}"


@on(facts.CustomerUpdated)
def _customer_updated(event: facts.CustomerUpdated, zone: str) -> str:
    return f"the customer was told: {event.words}"


@on(solving.Proposed)
def _proposed(event: solving.Proposed, zone: str) -> str:
    allowed = f", allowed by {event.approved_by}" if event.approved_by else ""
    return f"solution: {', '.join(map(_measure, event.measures))}{allowed}: {event.reasons}"


def _measure(measure: Measure) -> str:
    amount = f" of {measure.amount_minor} (minor units)" if measure.amount_minor else ""
    way = "" if measure.way == "original" else f" as a {measure.way}"
    return f"{measure.number} {measure.kind}{amount}{way}"


@on(solving.RefundStarted)
def _refund_started(event: solving.RefundStarted, zone: str) -> str:
    return f"measure {event.measure}: {amount_by_way(event)} on its way"


@on(solving.RefundReported)
def _refund_reported(event: solving.RefundReported, zone: str) -> str:
    return f"payment {event.refund_seq} {event.state}" + _why(event.reason)


@on(solving.MeasureRefused)
def _measure_refused(event: solving.MeasureRefused, zone: str) -> str:
    return f"measure {event.measure} could not be begun ({event.code})"


@on(solving.ImprovementAsked)
def _improvement_asked(event: solving.ImprovementAsked, zone: str) -> str:
    asked = event.improvement
    by = f" by {until(asked.due_at, zone)}" if asked.due_at else ""
    return f"{asked.department} is to improve{by}: {asked.action}"


@on(solving.MeasuresFailed)
def _measures_failed(event: solving.MeasuresFailed, zone: str) -> str:
    return f"came to nothing, to be decided anew: measures {', '.join(map(str, event.measures))}"


@on(facts.Answered)
def _answered(event: facts.Answered, zone: str) -> str:
    return f"answered in writing (SHA-256 {event.sha256[:12]}); the customer is asked to confirm"


@on(facts.Reminded)
def _reminded(event: facts.Reminded, zone: str) -> str:
    return f"asked again ({event.reminder})"


@on(facts.EvaluatedAgain)
def _evaluated_again(event: facts.EvaluatedAgain, zone: str) -> str:
    return f"looked into again, round {event.round}: {event.words}"


@on(facts.FinalAsked)
def _final_asked(event: facts.FinalAsked, zone: str) -> str:
    why = {"rounds": "the customer said no again", "silence": "the customer does not answer"}[event.reason]
    return f"a lead has to decide: {why}" + _why(event.words)


@on(facts.FinalDecided)
def _final_decided(event: facts.FinalDecided, zone: str) -> str:
    return f"decided by the {event.role}, {_words(event.decision)}: {event.reason}"


@on(facts.Confirmed)
def _confirmed(event: facts.Confirmed, zone: str) -> str:
    where = f", in {event.said_in.ref}" if event.said_in else ""
    return f"the customer is satisfied, by the word of the {event.by}{where}"


@on(facts.Withdrawn)
def _withdrawn(event: facts.Withdrawn, zone: str) -> str:
    return "taken back" + _why(event.reason)


@on(facts.Closed)
def _closed(event: facts.Closed, zone: str) -> str:
    return f"closed: {_words(event.outcome)}"


@on(facts.Reopened)
def _reopened(event: facts.Reopened, zone: str) -> str:
    return f"reopened ({_words(event.reason)}), round {event.round}"


def _why(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _files(count: int) -> str:
    return f" ({count} files)" if count else ""

"""First review and investigation: is it valid, who says what, what was found (sop C7–C9)."""

from datetime import datetime

from domain.complaints import events as facts
from domain.complaints import requests as ask
from domain.complaints.decisions.intake import taken_by
from domain.complaints.decisions.staging import require_stage
from domain.complaints.feedback import answered
from domain.complaints.state import ComplaintState
from domain.errors import InvalidRequest, WrongStage


def decide_review(state: ComplaintState, command: ask.Review, now: datetime) -> list[facts.ComplaintEvent]:
    """Valid: it is looked into. Not valid: the customer is told why, and may ask for another look."""
    require_stage(state, "a first review", "review")
    taken = taken_by(state, command.agent)
    if command.valid:
        return [*taken, facts.Accepted()]
    assert command.reason is not None
    rejected = facts.Rejected(reason=command.reason)
    return [*taken, rejected, answered(state.model_copy(update={"rejection": command.reason}))]


def decide_request_info(
    state: ComplaintState, command: ask.RequestInfo, now: datetime
) -> list[facts.ComplaintEvent]:
    """Ask the customer; one question at a time."""
    require_stage(state, "a question to the customer", "intake", "review", "investigation", "solution")
    if state.waits_for_info:
        raise WrongStage("the customer was asked already and has not answered", stage=state.stage)
    return [facts.InfoRequested(question=command.question)]


def decide_give_info(
    state: ComplaintState, command: ask.GiveInfo, now: datetime
) -> list[facts.ComplaintEvent]:
    """The customer's answer to an open question."""
    if state.info_requested_at is None:
        raise WrongStage("nobody asked the customer for anything", stage=state.stage)
    return [facts.InfoGiven(answer=command.answer, attachments=command.attachments)]


def decide_ask_party(
    state: ComplaintState, command: ask.AskParty, now: datetime
) -> list[facts.ComplaintEvent]:
    """Ask for a statement, under the next number."""
    require_stage(state, "a statement", "investigation")
    number = len(state.statements) + 1
    return [facts.StatementAsked(statement=number, party=command.party, question=command.question)]


def decide_give_statement(
    state: ComplaintState, command: ask.GiveStatement, now: datetime
) -> list[facts.ComplaintEvent]:
    """Take a statement that was asked for; a late one is evidence all the same."""
    asked = next((each for each in state.statements if each.number == command.statement), None)
    if asked is None:
        raise InvalidRequest(f"statement: nobody was asked under number {command.statement}")
    if asked.answered:
        raise WrongStage(f"statement {asked.number} was given already; ask again", stage=state.stage)
    return [
        facts.StatementGiven(
            statement=asked.number,
            party=asked.party,
            words=command.words,
            attachments=command.attachments,
        )
    ]


def decide_add_evidence(
    state: ComplaintState, command: ask.AddEvidence, now: datetime
) -> list[facts.ComplaintEvent]:
    """Put a file to the case; the same name with other content is none."""
    known = next((each for each in state.evidence if each.ref == command.evidence.ref), None)
    if known is None:
        return [facts.EvidenceAdded(evidence=command.evidence)]
    if known.sha256 != command.evidence.sha256:
        raise InvalidRequest("evidence: this reference is there with another hash; give the file a new one")
    return []


def decide_record_finding(
    state: ComplaintState, command: ask.RecordFinding, now: datetime
) -> list[facts.ComplaintEvent]:
    """What was found; the solution follows."""
    require_stage(state, "a finding", "investigation")
    return [*taken_by(state, command.agent), facts.Found(finding=command.finding)]


def decide_update_customer(
    state: ComplaintState, command: ask.UpdateCustomer, now: datetime
) -> list[facts.ComplaintEvent]:
    """Tell the customer how it stands; at any time while it is worked on."""
    return [facts.CustomerUpdated(words=command.words)]

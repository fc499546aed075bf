"""What a case makes of the reports that others send it: each is taken once, a repeat changes nothing."""

from domain.cases.events import (
    ApprovalAnswered,
    ApprovalAsked,
    ApprovalsDone,
    CaseEvent,
    Linked,
    LinkReported,
    MoneyReturned,
    RefundReportedFact,
)
from domain.cases.messages import LinkReport, RefundReport
from domain.cases.state import AnyState, RefundPart
from domain.refunds import DECLINED


def refund_news(state: AnyState, report: RefundReport, told: type[RefundReportedFact]) -> list[CaseEvent]:
    """A refund's news; `told` is the kind's own fact. A number that is not ours changes nothing."""
    part = next((part for part in state.refunds if part.seq == report.seq), None)
    if part is None or _is_known(part, report):
        return []
    if report.state == "asked":
        is_new = part.approval is None and part.state == "started"
        return (
            [ApprovalAsked(refund_seq=part.seq, hash=report.hash or "", why=[*report.why])] if is_new else []
        )
    answered = _answered(state, part, report) if part.approval == "asked" else []
    if report.state == "approved":
        return answered
    news = report.model_dump(include={"state", "reason", "paid_minor"})
    is_owed = _is_owed_again(state, part, report)
    back = [MoneyReturned(refund_seq=part.seq, stage=state.PAYS_IN)] if is_owed else []
    return [*answered, told(refund_seq=report.seq, **news), *back]


def _is_known(part: RefundPart, report: RefundReport) -> bool:
    """Whether it is no news, or older than what is known.

    One over several payments may come back share by share: less is paid of it each time.
    """
    if part.is_unpaid and report.state == part.state:
        return not part.comes_back(report.state, report.paid_minor)
    if part.state == "settled":
        return report.state != "returned"
    return part.state in (report.state, "returned")


def _is_owed_again(state: AnyState, part: RefundPart, report: RefundReport) -> bool:
    """Whether a case that had paid must pay anew; one that has not come to that pays what is owed then."""
    return state.stage in state.AFTER_PAYING and part.comes_back(report.state, report.paid_minor)


def _answered(state: AnyState, part: RefundPart, report: RefundReport) -> list[CaseEvent]:
    """The second person's word, and whether another refund of the case still waits for one."""
    verdict = "declined" if report.reason == DECLINED else "approved"
    word = ApprovalAnswered(refund_seq=part.seq, verdict=verdict, by=report.by or "", words=report.words)
    others = any(each.approval == "asked" for each in state.refunds if each.seq != part.seq)
    return [word] if others else [word, ApprovalsDone()]


def link_news(state: AnyState, report: LinkReport) -> list[CaseEvent]:
    """A linked case's news: the link, if it is a new one, and where the other case is by now."""
    known = state.link(report.case_id)
    if report.case_id == state.case_id:
        return []
    linked = [] if known else [Linked(case_id=report.case_id, relation=report.relation)]
    now = (report.stage, report.outcome, report.open)
    if known is not None and (known.stage, known.outcome, known.open) == now:
        return []
    told = LinkReported(case_id=report.case_id, stage=report.stage, outcome=report.outcome, open=report.open)
    return [*linked, told]

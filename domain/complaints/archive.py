"""What the case library keeps of a closed complaint (sop C14)."""

from domain.complaints.feedback_words import ENGLISH
from domain.complaints.state import ComplaintState
from domain.library.entry import LibraryEntry


def archive_entry(state: ComplaintState) -> LibraryEntry:
    """The entry: what was complained of, found, done, why, and what is to become better."""
    assert state.opened_at is not None
    assert state.closed_at is not None
    finding = state.finding
    kinds = [measure.kind for measure in state.counted_measures]
    plan = [measure.improvement.action for measure in state.counted_measures if measure.improvement]
    return LibraryEntry(
        case_id=state.case_id,
        kind="complaint",
        merchant=state.merchant,
        order_id=state.order.order_id if state.order else None,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        outcome=state.outcome or "",
        language=state.language,
        category=state.category,
        severity=state.severity,
        party=finding.party if finding else None,
        carrier=finding.carrier if finding else None,
        skus=_skus(state),
        summary=f"Complaint about {ENGLISH.categories[state.category or 'other_service']}",
        customer_text=state.content,
        findings=f"{finding.root_cause}: {finding.words}" if finding else "",
        measures=", ".join(dict.fromkeys(kinds)),
        reasons=state.rejection or state.reasons or "",
        improvement_plan="\n".join(plan),
    )


def _skus(state: ComplaintState) -> list[str]:
    """The goods that it is about; without any named, none: the whole order would only be a guess."""
    if state.order is None:
        return []
    named = {line.line for line in state.goods}
    return [line.sku for line in state.order.lines if line.line in named]

"""What the case library keeps of a closed improvement: root cause, measures, prevention (sop L6)."""

from domain.improvements.state import ImprovementState
from domain.library.entry import LibraryEntry


def archive_entry(state: ImprovementState) -> LibraryEntry:
    """The entry of a closed improvement."""
    assert state.opened_at is not None
    assert state.closed_at is not None
    recurs = state.recurring
    return LibraryEntry(
        case_id=state.case_id,
        kind="improvement",
        merchant=state.merchant,
        opened_at=state.opened_at,
        closed_at=state.closed_at,
        outcome=state.outcome or "",
        language=state.language,
        category=recurs.category,
        severity=state.severity,
        party=recurs.party,
        carrier=recurs.carrier,
        skus=[recurs.sku] if recurs.sku else [],
        summary=state.words,
        findings=state.root_cause or "",
        measures="\n".join(each.what for each in state.actions if each.done_at),
        reasons=state.declined or "",
        improvement_plan=state.prevention or "",
    )

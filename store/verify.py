"""Compares the books: events with read model, claims and ledger, and the store with what Temporal runs."""

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from typing import Literal

from domain.base import Model
from domain.records import CaseSummary, Recorded, UnitRange
from domain.upcasting import UPCASTERS, Upcasters, upcast
from store.board import miscounted, strays
from store.books import differences
from store.cases import to_summary
from store.content import stored_form
from store.pool import Connection, Pool, connection
from store.projection import Projection, Projector
from store.sql import load
from store.streams import to_recorded
from store.unit_ranges import from_multirange

Q = load("verify")

PAGE_STREAMS = 500

FindingKind = Literal[
    "gap",
    "content_changed",
    "unreadable",
    "row_missing",
    "row_differs",
    "row_without_stream",
    "claims_differ",
    "claims_overlap",
    "claims_without_case",
    "budget_differs",
    "board_differs",
    "board_miscounted",
    "not_running",
    "running_but_closed",
    "running_but_unknown",
]


class Finding(Model):
    """Something that two books tell differently. `subject` is a case, a stream, or `merchant:order`."""

    kind: FindingKind
    subject: str
    message: str


async def verify(
    pool: Pool,
    project: Projector,
    running: Collection[str] | None = None,
    upcasters: Upcasters = UPCASTERS,
) -> list[Finding]:
    """All findings, over one snapshot of the store.

    `running` are the ids of the case workflows that Temporal runs, listed just before; None leaves that part
    out. A case that was opened or closed in between is found too: look again before acting on such a finding.
    """
    async with connection(pool) as conn, conn.transaction(isolation="repeatable_read", readonly=True):
        # A snapshot of a large store takes longer than a statement of a case may.
        await conn.execute("SET LOCAL statement_timeout = 0")
        findings = await _gaps(conn)
        async for page in _pages(conn):
            findings += await _check_page(conn, page, project, upcasters)
        for case_id in await _ids(conn, "rows_without_stream"):
            findings.append(_finding("row_without_stream", case_id, "has a row but no events; rebuild"))
        findings += await _claim_findings(conn)
        findings += await _budget_findings(conn)
        findings += await _board_findings(conn)
        if running is not None:
            findings += await _temporal_findings(conn, running)
    return findings


def _finding(kind: FindingKind, subject: str, message: str) -> Finding:
    return Finding(kind=kind, subject=subject, message=f"{subject} {message}")


async def _ids(conn: Connection, query: str) -> list[str]:
    return [row["case_id"] for row in await conn.fetch(Q[query])]


_Page = dict[str, list[tuple[Recorded, bytes]]]


async def _pages(conn: Connection) -> AsyncGenerator[_Page]:
    """All streams, some at a time, each whole."""
    page: _Page = {}
    async for row in conn.cursor(Q["all_streams"], prefetch=2000):
        case_id = row["case_id"]
        if case_id not in page and len(page) == PAGE_STREAMS:
            yield page
            page = {}
        page.setdefault(case_id, []).append((to_recorded(row), row["content_hash"]))
    yield page


async def _gaps(conn: Connection) -> list[Finding]:
    return [
        _finding(
            "gap",
            row["case_id"],
            f"has {row['events']} live events between {row['first_seq']} and {row['last_seq']}",
        )
        for row in await conn.fetch(Q["broken_streams"])
    ]


async def _check_page(
    conn: Connection, page: _Page, project: Projector, upcasters: Upcasters
) -> list[Finding]:
    ids = list(page)
    rows = {row["case_id"]: to_summary(row) for row in await conn.fetch(Q["rows"], ids)}
    claims: dict[str, dict[str, list[UnitRange]]] = {case_id: {} for case_id in ids}
    for row in await conn.fetch(Q["claims_of"], ids):
        claims[row["case_id"]][row["line"]] = from_multirange(row["units"])
    findings: list[Finding] = []
    for case_id, stored in page.items():
        findings += _changed(case_id, stored)
        try:
            projection = project(case_id, [upcast(event, upcasters) for event, _ in stored])
        except Exception as error:  # noqa: BLE001 - one stream that cannot be read must not hide the others
            findings.append(
                _finding("unreadable", case_id, f"cannot be read: {type(error).__name__}: {error}")
            )
            continue
        findings += _row_findings(case_id, projection, rows.get(case_id))
        findings += _held_findings(case_id, projection, claims[case_id])
    return findings


def _changed(case_id: str, stored: Sequence[tuple[Recorded, bytes]]) -> list[Finding]:
    return [
        _finding(
            "content_changed", case_id, f"event {event.seq} is not what was recorded; somebody changed it"
        )
        for event, digest in stored
        if stored_form(event)[1] != digest
    ]


def _row_findings(case_id: str, projection: Projection | None, row: CaseSummary | None) -> list[Finding]:
    if projection is None:
        return [] if row is None else [_finding("row_differs", case_id, "has a row and should have none")]
    if row is None:
        return [_finding("row_missing", case_id, "has events but no row; rebuild")]
    fields = [
        name for name in CaseSummary.model_fields if getattr(row, name) != getattr(projection.summary, name)
    ]
    if not fields:
        return []
    return [_finding("row_differs", case_id, f"has a row that differs in {', '.join(fields)}; rebuild")]


def _held_findings(
    case_id: str, projection: Projection | None, claims: Mapping[str, Sequence[UnitRange]]
) -> list[Finding]:
    if projection is None or projection.held is None:
        return []
    held = {line: _numbers(units) for line, units in projection.held.items() if units}
    claimed = {line: _numbers(units) for line, units in claims.items()}
    return [
        _finding("claims_differ", case_id, f"holds other units of line {line} than its claims say; rebuild")
        for line in sorted(held.keys() | claimed.keys())
        if held.get(line) != claimed.get(line)
    ]


def _numbers(units: Sequence[UnitRange]) -> set[int]:
    return {number for part in units for number in range(part.first, part.last + 1)}


async def _claim_findings(conn: Connection) -> list[Finding]:
    findings = [
        _finding("claims_without_case", case_id, "claims units but recorded nothing")
        for case_id in await _ids(conn, "claims_without_case")
    ]
    for row in await conn.fetch(Q["claims_that_overlap"]):
        other = row["other_case_id"] or "the order, which has fewer"
        message = f"claims units of line {row['line']} of order {row['order_id']} against {other}"
        findings.append(_finding("claims_overlap", row["case_id"], message))
    return findings


async def _budget_findings(conn: Connection) -> list[Finding]:
    return [
        Finding(kind="budget_differs", subject=found.subject, message=found.message)
        for found in await differences(conn, "budget_differs")
    ]


async def _board_findings(conn: Connection) -> list[Finding]:
    return [
        *(
            _finding("board_differs", case_id, "is not on the board as its row has it; rebuild")
            for case_id in await strays(conn)
        ),
        *(
            Finding(
                kind="board_miscounted",
                subject=f"{each.merchant or '*'}:{each.dim}:{each.value}",
                message=f"{each.dim} {each.value or 'of any value'} of {each.merchant or 'all merchants'} is "
                f"counted as {each.told}, and the board has {each.rows} of it; rebuild",
            )
            for each in await miscounted(conn)
        ),
    ]


async def _temporal_findings(conn: Connection, running: Collection[str]) -> list[Finding]:
    open_cases = set(await _ids(conn, "open_cases"))
    surplus = sorted(set(running) - open_cases)
    known = {row["case_id"] for row in await conn.fetch(Q["known_streams"], surplus)}
    return [
        *(
            _finding("not_running", case_id, "is open, but no workflow runs for it; start it again")
            for case_id in sorted(open_cases - set(running))
        ),
        *(
            _finding("running_but_closed", case_id, "is closed in the store, but its workflow still runs")
            if case_id in known
            else _finding("running_but_unknown", case_id, "runs, but the store has no event of it")
            for case_id in surplus
        ),
    ]

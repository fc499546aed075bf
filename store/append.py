"""Records batches: events, read model, claims and outbox in one transaction, each batch judged by itself."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from pydantic import TypeAdapter

from domain.errors import CaseworkError, InvalidRequest, StreamConflict
from domain.records import Batch, CaseSummary
from store.content import stored_form
from store.placement import LiveRow, Placement, check_shape, place
from store.pool import Connection
from store.sql import load
from store.unit_ranges import to_multirange_text

Q = load("append")
_summaries_json = TypeAdapter(list[CaseSummary]).dump_json


@dataclass(frozen=True)
class Appended:
    """What became of a batch: events added, found there already, and older ones marked as replaced."""

    appended: int
    repeated: int
    superseded: int
    last_seq: int


@dataclass(frozen=True)
class _Prepared:
    batch: Batch
    stored: list[tuple[str, bytes]]
    """Per event, its payload and its digest."""
    previous_hash: bytes | None


@dataclass(frozen=True)
class _Placed:
    prepared: _Prepared
    placement: Placement


Outcome = Appended | InvalidRequest | StreamConflict


async def append_at_end(conn: Connection, batches: Sequence[Batch]) -> list[Outcome] | None:
    """Record batches that all just go on with their streams, in one statement that is its own transaction.

    None, and nothing recorded, when one of them does not; `append_events` then looks at each.
    """
    if len({batch.case_id for batch in batches}) < len(batches):
        return None
    try:
        prepared = [_prepare(batch) for batch in batches]
    except InvalidRequest:
        return None
    added = [row for each in prepared for row in _event_rows(each, repeated=0)]
    if not await conn.fetchval(
        Q["append_at_end"], _batch_rows(prepared), added, _answer_rows(batches), *_consequences(batches)
    ):
        return None
    return [Appended(len(batch.events), 0, 0, batch.first_seq + len(batch.events) - 1) for batch in batches]


async def append_events(conn: Connection, batches: Sequence[Batch]) -> list[Outcome]:
    """Record the batches inside the caller's transaction; a refused batch leaves its neighbours alone.

    Outcomes come in the batches' order. Two batches of one stream are placed one after the other.
    """
    outcomes: dict[int, Outcome] = {}
    prepared: dict[int, _Prepared] = {}
    for index, batch in enumerate(batches):
        try:
            prepared[index] = _prepare(batch)
        except InvalidRequest as refusal:
            outcomes[index] = refusal
    for turn in _turns(prepared):
        outcomes |= await _append_turn(conn, turn)
    return [outcomes[index] for index in range(len(batches))]


async def append_one(conn: Connection, batch: Batch) -> Appended:
    """Record one batch inside the caller's transaction; raises `StreamConflict` or `InvalidRequest`."""
    [outcome] = await append_events(conn, [batch])
    if isinstance(outcome, CaseworkError):
        raise outcome
    return outcome


def _prepare(batch: Batch) -> _Prepared:
    check_shape(batch)
    before = batch.previous and stored_form(batch.previous)
    return _Prepared(batch, [stored_form(event) for event in batch.events], before and before[1])


def _turns(prepared: Mapping[int, _Prepared]) -> list[dict[int, _Prepared]]:
    """Splits the batches so that no turn has two of one stream."""
    turns: list[dict[int, _Prepared]] = []
    seen: Counter[str] = Counter()
    for index, each in prepared.items():
        turn = seen[each.batch.case_id]
        seen[each.batch.case_id] += 1
        if turn == len(turns):
            turns.append({})
        turns[turn][index] = each
    return turns


async def _append_turn(conn: Connection, turn: Mapping[int, _Prepared]) -> dict[int, Outcome]:
    tails = await _read_tails(conn, turn.values())
    gone_on = await _gone_on(conn, turn.values())
    outcomes: dict[int, Outcome] = {}
    placed: dict[int, _Placed] = {}
    for index, each in turn.items():
        if each.batch.case_id in gone_on:
            outcomes[index] = _repeated(each.batch)
            continue
        tail = tails.get(each.batch.case_id, [])
        try:
            digests = [digest for _, digest in each.stored]
            placed[index] = _Placed(each, place(each.batch, digests, tail, each.previous_hash))
        except StreamConflict as conflict:
            outcomes[index] = conflict
    superseded = await _supersede(conn, placed.values())
    heads = [each.prepared.batch for each in placed.values() if each.placement.is_head]
    added = [row for each in placed.values() for row in _event_rows(each.prepared, each.placement.repeated)]
    if added or heads:
        await conn.execute(Q["write"], added, *_consequences(heads))
    if answers := _answer_rows(each.prepared.batch for each in placed.values()):
        await conn.execute(Q["write_answers"], answers)
    for index, each in placed.items():
        outcomes[index] = _outcome(each, superseded)
    return outcomes


def _repeated(batch: Batch) -> Appended:
    """Of the late copy of a telling that was done: it changes nothing."""
    return Appended(0, len(batch.events), 0, batch.first_seq + len(batch.events) - 1)


def _outcome(each: _Placed, superseded: Counter[str]) -> Appended:
    repeated = each.placement.repeated
    batch = each.prepared.batch
    return Appended(
        appended=len(batch.events) - repeated,
        repeated=repeated,
        superseded=superseded[batch.case_id],
        last_seq=each.placement.last_seq,
    )


async def _read_tails(conn: Connection, prepared: Iterable[_Prepared]) -> dict[str, list[LiveRow]]:
    rows = await conn.fetch(Q["tails"], _batch_rows(prepared))
    return {
        case_id: [LiveRow(*row[1:]) for row in tail] for case_id, tail in groupby(rows, itemgetter("stream"))
    }


async def _gone_on(conn: Connection, prepared: Iterable[_Prepared]) -> set[str]:
    """Of which of these, that tell all anew, the run itself has told more since. Their streams are locked."""
    telling = [each.batch for each in prepared if each.batch.replaces]
    if not telling:
        return set()
    columns = zip(*((batch.case_id, batch.run_id, batch.emitted_at) for batch in telling), strict=True)
    return {row["case_id"] for row in await conn.fetch(Q["gone_on"], *map(list, columns))}


async def _supersede(conn: Connection, placed: Iterable[_Placed]) -> Counter[str]:
    stale = {
        each.prepared.batch.case_id: each.placement.supersede_from
        for each in placed
        if each.placement.supersede_from is not None
    }
    if not stale:
        return Counter()
    await conn.execute(Q["forget_answers"], list(stale), list(stale.values()))
    rows = await conn.fetch(Q["supersede"], list(stale), list(stale.values()))
    return Counter(row["case_id"] for row in rows)


def _batch_rows(prepared: Iterable[_Prepared]) -> list[tuple[object, ...]]:
    return [(each.batch.case_id, each.batch.first_seq, each.previous_hash) for each in prepared]


def _event_rows(prepared: _Prepared, repeated: int) -> list[tuple[object, ...]]:
    batch = prepared.batch
    case_id, writer = batch.case_id, (batch.run_id, batch.emitted_at)
    return [
        (case_id, event.seq, event.type, event.version, event.at, event.actor, *stored, *writer)
        for event, stored in zip(batch.events[repeated:], prepared.stored[repeated:], strict=True)
    ]


def _answer_rows(batches: Iterable[Batch]) -> list[tuple[object, ...]]:
    return [
        (batch.case_id, key, answer["seq"], json.dumps(answer))
        for batch in batches
        for key, answer in batch.answers.items()
    ]


def _consequences(batches: Sequence[Batch]) -> tuple[str | None, list[str], list[tuple[str | None, ...]]]:
    """Read-model rows, the cases whose claims are replaced, and what these still hold."""
    summaries = [batch.summary for batch in batches if batch.summary is not None]
    holders = [(batch.summary, batch.held) for batch in batches if batch.summary and batch.held is not None]
    held = [
        (summary.case_id, summary.merchant, summary.order_id, line, to_multirange_text(units))
        for summary, lines in holders
        for line, units in lines.items()
        if units
    ]
    rows = _summaries_json(summaries).decode() if summaries else None
    return rows, [summary.case_id for summary, _ in holders], held

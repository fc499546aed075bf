"""Where a batch goes in its stream: what is there already, what it replaces, or why it is refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.errors import InvalidRequest, StreamConflict
from domain.records import Batch


@dataclass(frozen=True)
class LiveRow:
    """A row of the stream that is not superseded, as far as placing needs it."""

    seq: int
    content_hash: bytes
    run_id: UUID | None
    emitted_at: datetime | None


@dataclass(frozen=True)
class Placement:
    """`repeated` leading events are there already; from `supersede_from` on, live rows give way."""

    repeated: int
    supersede_from: int | None
    last_seq: int
    is_head: bool
    """Whether the batch ends the stream, so that its summary and claims are the current ones."""


def check_shape(batch: Batch) -> None:
    """Raises `InvalidRequest` for a batch that contradicts itself."""
    expected = range(batch.first_seq, batch.first_seq + len(batch.events))
    last_seq = expected.stop - 1
    summary = batch.summary
    if batch.first_seq < 1 or [event.seq for event in batch.events] != list(expected):
        raise InvalidRequest(
            f"{batch.case_id}: the events of a batch count up from first_seq, which is at least 1"
        )
    if batch.held is not None and summary is None:
        raise InvalidRequest(f"{batch.case_id}: `held` needs a summary, which says of which order")
    if summary is not None and (summary.case_id, summary.last_seq) != (batch.case_id, last_seq):
        raise InvalidRequest(
            f"{batch.case_id}: the summary is of {summary.case_id} up to event {summary.last_seq}, "
            f"but the batch ends at {last_seq}; make it from the state after the batch's last event"
        )


def place(
    batch: Batch, hashes: Sequence[bytes], tail: Sequence[LiveRow], *, has_written: bool = False
) -> Placement:
    """Place a batch in its stream.

    `hashes` are its events' content, `tail` the stream's live rows from `first_seq - 1` on, in order, and
    `has_written` says whether the batch's run wrote to the stream before. Raises `StreamConflict` for a gap,
    and for a batch of an attempt that a later one has overtaken.
    """
    live = {row.seq: row for row in tail}
    if batch.first_seq > 1 and batch.first_seq - 1 not in live:
        raise StreamConflict(
            f"{batch.case_id}: event {batch.first_seq} has no event {batch.first_seq - 1} before it; "
            "send the missing events first",
            reason="gap",
        )
    repeated = _count_repeated(batch, hashes, live)
    next_seq = batch.first_seq + repeated
    is_repeat = repeated == len(batch.events)
    supersede_from = next_seq if next_seq in live and not is_repeat else None
    if not is_repeat:
        _refuse_overtaken(batch, tail, next_seq, has_written=has_written)
    last_seq = batch.first_seq + len(batch.events) - 1
    is_head = supersede_from is not None or last_seq >= (tail[-1].seq if tail else 0)
    return Placement(repeated, supersede_from, last_seq, is_head)


def _count_repeated(batch: Batch, hashes: Sequence[bytes], live: Mapping[int, LiveRow]) -> int:
    for offset, content_hash in enumerate(hashes):
        row = live.get(batch.first_seq + offset)
        if row is None or row.content_hash != content_hash:
            return offset
    return len(hashes)


def _refuse_overtaken(batch: Batch, tail: Sequence[LiveRow], next_seq: int, *, has_written: bool) -> None:
    """The rows that the batch builds on or replaces must not come from a later attempt than its own."""
    for row in tail:
        if row.seq >= next_seq - 1 and _is_later(row, batch, has_written=has_written):
            raise StreamConflict(
                f"{batch.case_id}: event {next_seq} comes from an attempt that a later one has overtaken",
                reason="overtaken",
            )


def _is_later(row: LiveRow, batch: Batch, *, has_written: bool) -> bool:
    """A run that is new to the stream is the newest, whatever its clock says.

    Attempts of one run, which resets and repeated tasks make, go by when they were emitted, not by when they
    arrived: what a terminated attempt had under way may come after the first events of the next one.
    """
    if row.run_id != batch.run_id and not has_written:
        return False
    return bool(row.emitted_at and batch.emitted_at and row.emitted_at > batch.emitted_at)

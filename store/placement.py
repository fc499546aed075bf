"""Where a batch goes in its stream: what is there already, what it replaces, or why it is refused. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.errors import InvalidRequest, StreamConflict
from domain.records import Batch


@dataclass(frozen=True)
class LiveRow:
    """A row of the stream that is not superseded, as far as placing needs it."""

    seq: int
    content_hash: bytes


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
    batch: Batch, hashes: Sequence[bytes], tail: Sequence[LiveRow], previous_hash: bytes | None = None
) -> Placement:
    """Place a batch in its stream.

    `hashes` are its events' content, `previous_hash` that of the event before them as the writer knows it,
    and `tail` the stream's live rows from `first_seq - 1` on, in order. Raises `StreamConflict` for a gap,
    and for a batch that finds other events than its writer told, unless it replaces them.
    """
    live = {row.seq: row.content_hash for row in tail}
    before = live.get(batch.first_seq - 1)
    if batch.first_seq > 1 and before is None:
        raise StreamConflict(
            f"{batch.case_id}: event {batch.first_seq} has no event {batch.first_seq - 1} before it; "
            "send the missing events first",
            reason="gap",
        )
    repeated = _count_repeated(batch, hashes, live)
    next_seq = batch.first_seq + repeated
    is_repeat = repeated == len(batch.events)
    differs = next_seq in live and not is_repeat
    if not batch.replaces and (differs or previous_hash not in (None, before)):
        raise StreamConflict(
            f"{batch.case_id}: what is stored at event {next_seq if differs else batch.first_seq - 1} "
            "was told by another attempt",
            reason="diverged",
        )
    # Who tells the whole stream says by that, too, that nothing comes after it.
    supersede_from = next_seq if next_seq in live and batch.replaces else None
    last_seq = batch.first_seq + len(batch.events) - 1
    is_head = supersede_from is not None or last_seq >= (tail[-1].seq if tail else 0)
    return Placement(repeated, supersede_from, last_seq, is_head)


def _count_repeated(batch: Batch, hashes: Sequence[bytes], live: Mapping[int, bytes]) -> int:
    for offset, content_hash in enumerate(hashes):
        if live.get(batch.first_seq + offset) != content_hash:
            return offset
    return len(hashes)

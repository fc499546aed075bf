"""Random appends, repeats, resets, gaps and overtaken attempts, against a list that is easy to believe."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import CaseworkError
from domain.records import Batch
from store.append import Appended, append_at_end, append_events
from store.pool import Pool, transaction
from tests.store.streams import OPENED_AT, make_batch, make_summary, units

CASES = ("return:m1:a", "return:m1:b")


@dataclass(frozen=True)
class Step:
    """One delivery: which stream, how far before its end it begins (-1: after a gap), which words, whose."""

    case_id: str
    back: int
    words: tuple[str, ...]
    run: int
    minute: int


STEPS = st.builds(
    Step,
    case_id=st.sampled_from(CASES),
    back=st.sampled_from((0, 0, 0, 1, 2, 3, -1)),
    words=st.lists(st.sampled_from("xy"), max_size=3).map(tuple),
    run=st.sampled_from((1, 1, 2, 3)),
    minute=st.integers(0, 2),
)


@dataclass
class Model:
    """A stream as a list of (word, run, minute), and the runs that ever wrote to it."""

    rows: list[tuple[str, int, int]]
    runs: set[int]

    def start_of(self, step: Step) -> int:
        """How many events come before the delivery's first."""
        return max(len(self.rows) - step.back, 0)

    def takes(self, step: Step) -> bool:
        """Apply a delivery; False when it is refused and changes nothing."""
        start = self.start_of(step)
        if start > len(self.rows):
            return False
        repeated = 0
        for word, row in zip(step.words, self.rows[start:], strict=False):
            if row[0] != word:
                break
            repeated += 1
        if repeated == len(step.words):
            return True
        kept = start + repeated
        if any(self._is_later(row, step) for row in self.rows[max(kept - 1, 0) :]):
            return False
        self.rows[kept:] = [(word, step.run, step.minute) for word in step.words[repeated:]]
        self.runs.add(step.run)
        return True

    def _is_later(self, row: tuple[str, int, int], step: Step) -> bool:
        _, run, minute = row
        return (run == step.run or step.run in self.runs) and minute > step.minute


def as_batch(step: Step, first: int) -> Batch:
    """A delivery whose row and claims say where it ends."""
    last = first + len(step.words) - 1
    draft = make_batch(first, last, case_id=step.case_id, with_summary=False)
    events = [
        event.model_copy(update={"data": {"words": word}})
        for event, word in zip(draft.events, step.words, strict=True)
    ]
    return draft.model_copy(
        update={
            "events": events,
            "summary": make_summary(step.case_id, last) if last else None,
            "held": {"L1": units((1, last))} if last else None,
            "run_id": UUID(int=step.run),
            "emitted_at": OPENED_AT + timedelta(minutes=step.minute),
        }
    )


async def deliver(pool: Pool, batches: Sequence[Batch]) -> list[bool]:
    """As the appender does it: all at once when they just go on, else each looked at."""
    async with transaction(pool) as conn:
        outcomes = await append_at_end(conn, batches) or await append_events(conn, batches)
    assert all(isinstance(outcome, Appended | CaseworkError) for outcome in outcomes)
    return [isinstance(outcome, Appended) for outcome in outcomes]


async def compare(pool: Pool, case_id: str, model: Model) -> None:
    rows = await pool.fetch(
        "SELECT seq, data->>'words' AS words FROM events "
        "WHERE case_id = $1 AND superseded_at IS NULL ORDER BY seq",
        case_id,
    )
    assert [tuple(row) for row in rows] == list(enumerate((row[0] for row in model.rows), 1))
    seen = await pool.fetchrow(
        "SELECT last_seq, (SELECT upper(units) - 1 FROM claims WHERE case_id = $1) AS held "
        "FROM cases WHERE case_id = $1",
        case_id,
    )
    end = len(model.rows)
    assert (tuple(seen) if seen else (0, 0)) == (end, end)


async def test_any_deliveries_leave_what_the_model_says(pool: Pool) -> None:
    """Streams, rows and claims agree with the model after every group; no event is without its outbox row."""
    loop = asyncio.get_running_loop()

    async def play(groups: list[list[Step]]) -> None:
        await pool.execute("TRUNCATE events, outbox, cases, claims")
        models = {case_id: Model([], set()) for case_id in CASES}
        for group in groups:
            batches: list[Batch] = []
            expected: list[bool] = []
            for step in group:
                model = models[step.case_id]
                batches.append(as_batch(step, model.start_of(step) + 1))
                expected.append(model.takes(step))
            assert await deliver(pool, batches) == expected
            for case_id, model in models.items():
                await compare(pool, case_id, model)
        pairs = await pool.fetchval("SELECT count(*) FROM events JOIN outbox USING (xid, pos)")
        assert pairs == await pool.fetchval("SELECT count(*) FROM events")

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.lists(STEPS, min_size=1, max_size=3), max_size=8))
    def check(groups: list[list[Step]]) -> None:
        asyncio.run_coroutine_threadsafe(play(groups), loop).result()

    await asyncio.to_thread(check)

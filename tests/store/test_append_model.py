"""Random appends, repeats, resets, gaps and other attempts, against a list that is easy to believe."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import CaseworkError
from domain.records import Batch, Recorded
from store.append import Appended, append_at_end, append_events
from store.pool import Pool, transaction
from tests.store.streams import make_batch, make_events, make_summary, units

CASES = ("return:m1:a", "return:m1:b")


@dataclass(frozen=True)
class Step:
    """One delivery: which stream, how far before its end it begins (-1: after a gap), which words.

    `previous` is the word that its writer knows before them, None where it knows none. One that says nothing
    replaces nothing.
    """

    case_id: str
    back: int
    words: tuple[str, ...]
    previous: str | None
    replaces: bool


STEPS = st.builds(
    Step,
    case_id=st.sampled_from(CASES),
    back=st.sampled_from((0, 0, 0, 1, 2, 3, -1)),
    words=st.lists(st.sampled_from("xy"), max_size=3).map(tuple),
    previous=st.sampled_from((None, "x", "y")),
    replaces=st.booleans(),
)


@dataclass
class Model:
    """A stream as a list of words."""

    rows: list[str]

    def start_of(self, step: Step) -> int:
        """How many events come before the delivery's first."""
        return max(len(self.rows) - step.back, 0)

    def takes(self, step: Step) -> bool:
        """Apply a delivery; False when it is refused and changes nothing."""
        start, words = self.start_of(step), list(step.words)
        if start > len(self.rows):
            return False
        here = self.rows[start:]
        is_repeat = here[: len(words)] == words
        if step.replaces and words:
            self.rows[start:] = words
            return True
        goes_on = is_repeat or words[: len(here)] == here
        if not goes_on or self._knows_otherwise(step, start):
            return False
        if not is_repeat:
            self.rows[start:] = words
        return True

    def _knows_otherwise(self, step: Step, start: int) -> bool:
        return start > 0 and step.previous is not None and step.previous != self.rows[start - 1]


def as_batch(step: Step, first: int) -> Batch:
    """A delivery whose row and claims say where it ends."""
    last = first + len(step.words) - 1
    replaces = step.replaces and bool(step.words)
    draft = make_batch(first, last, case_id=step.case_id, with_summary=False, replaces=replaces)
    known = step.previous if first > 1 else None
    return draft.model_copy(
        update={
            "events": [said(*each) for each in zip(draft.events, step.words, strict=True)],
            "previous": known and said(make_events(first - 1, first - 1)[0], known),
            "summary": make_summary(step.case_id, last) if last else None,
            "held": {"L1": units((1, last))} if last else None,
        }
    )


def said(event: Recorded, word: str) -> Recorded:
    return event.model_copy(update={"data": {"words": word}})


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
    assert [tuple(row) for row in rows] == list(enumerate(model.rows, 1))
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
        models = {case_id: Model([]) for case_id in CASES}
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

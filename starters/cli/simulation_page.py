"""A what-if as people read it: the clocks side by side, then who would have been judged otherwise."""

from itertools import groupby
from operator import attrgetter

from domain.policy.policy import SHORT_HASH_LENGTH
from domain.simulation import ClockComparison, SideFigures, SimulationAnswer, VerdictChange
from starters.cli.tables import print_table
from starters.moments import moment, span

HEADS = ("clock", "cases", "before", "after", "points", "worse", "better")
NOTHING, NO_CLOCK = "-", "no clock"


def print_simulation(answer: SimulationAnswer) -> None:
    """At eighty columns; what is left out of the list is counted."""
    print(f"{_cases(answer.cases)} under {_under(answer)}, as of {moment(answer.as_of)}")
    for terms in answer.before:
        print(f"before: {_version(terms.policy, terms.policy_hash)}, {_cases(terms.cases)}")
    for kind, clocks in groupby(answer.clocks, attrgetter("kind")):
        print()
        rows = [HEADS, *(_clock_row(clock) for clock in clocks)]
        heads, *body = zip(*map(_to_the_right, zip(*rows, strict=True)), strict=True)
        print_table(heads, body, title=kind)
    print(_changed(answer))
    if answer.changes:
        print()
        print("\n".join(map(told_change, answer.changes)))
    for left_out in answer.left_out:
        print(f"{_cases(left_out.cases)} left out, such as {left_out.example}: {left_out.reason}")


def _under(answer: SimulationAnswer) -> str:
    if answer.under.policy and answer.under.policy_hash:
        return _version(answer.under.policy, answer.under.policy_hash)
    holidays = ", ".join(f"{name}@{revision}" for name, revision in answer.under.calendars.items())
    return f"their own policies with the holidays {holidays}"


def _version(policy: str, policy_hash: str) -> str:
    return f"{policy} {policy_hash[:SHORT_HASH_LENGTH]}"


def _cases(count: int) -> str:
    return f"{count:,} case{'s' if count != 1 else ''}"


def _clock_row(clock: ClockComparison) -> tuple[str, ...]:
    points = clock.difference_points
    return (
        clock.metric,
        f"{clock.cases:,}",
        _attainment(clock.before),
        _attainment(clock.after),
        NOTHING if points is None else f"{points:+.2f}",
        f"{clock.worse:,}",
        f"{clock.better:,}",
    )


def _to_the_right(column: tuple[str, ...]) -> tuple[str, ...]:
    """The cells of a column of figures, one end below the other; names stay where they are."""
    if column[0] == HEADS[0]:
        return column
    width = max(map(len, column))
    return tuple(cell.rjust(width) for cell in column)


def _attainment(side: SideFigures | None) -> str:
    """A side that has no such clock, one without a verdict yet, or its share."""
    if side is None:
        return NO_CLOCK
    return NOTHING if side.attainment_percent is None else f"{side.attainment_percent:.2f} %"


def _changed(answer: SimulationAnswer) -> str:
    if not answer.changed_cases:
        return "no case changes verdict"
    verb = "changes" if answer.changed_cases == 1 else "change"
    said = f"{_cases(answer.changed_cases)} {verb} verdict, on {answer.changed_clocks:,} clock"
    said += "s" if answer.changed_clocks != 1 else ""
    hidden = answer.changed_clocks - len(answer.changes)
    return f"{said}; {hidden:,} are not shown (--limit, --json)" if hidden else said


def told_change(change: VerdictChange) -> str:
    """Two lines: whose clock and its verdicts, then its deadlines; `no clock` where that side has none."""
    clock = change.metric if change.instance == 1 else f"{change.metric} #{change.instance}"
    verdicts = f"{change.before or NO_CLOCK} → {change.after or NO_CLOCK}"
    before, after = (moment(at) if at else NOTHING for at in (change.due_before, change.due_after))
    return f"{change.case_id}  {clock}: {verdicts}\n  {before} → {after}{_moved(change.moved_seconds)}"


def _moved(seconds: int | None) -> str:
    if not seconds:
        return ""
    return f" ({span(abs(seconds))} {'later' if seconds > 0 else 'earlier'})"

"""The engine against a model that looks at the wall clock tick by tick."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, reject, settings
from hypothesis import strategies as st

from domain.sla import Calendar, ClockBook, ClockRow, ClockSpec, Metric, observe, rows
from tests.domain.sla.slow_calendar import Grid, Horizon, SlowCalendar
from tests.domain.sla.slow_model import SlowClock

QUARTER = timedelta(minutes=15)
ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "UTC",
)
SECOND = timedelta(seconds=1)
EDGES = (
    ("Asia/Shanghai", datetime(2024, 2, 5, 15, 30, tzinfo=UTC)),  # half an hour before midnight
    ("Europe/Berlin", datetime(2024, 3, 31, 0, 40, tzinfo=UTC)),  # shortly before a clock change
    ("America/New_York", datetime(2024, 3, 10, 6, 40, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2024, 10, 5, 15, 10, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2024, 3, 30, 21, 40, tzinfo=UTC)),  # there the hour after midnight is skipped
    ("Asia/Kathmandu", datetime(2024, 2, 5, 9, tzinfo=UTC)),
)
SECOND_GRIDS = {base: Grid(base, SECOND, 6 * 3600) for _, base in EDGES}
BASES = (
    datetime(2024, 2, 5, tzinfo=UTC),
    datetime(2024, 3, 7, tzinfo=UTC),  # clocks go forward in America on 10 March
    datetime(2024, 3, 27, tzinfo=UTC),  # ... in Europe and Beirut on 31 March, in Lord Howe back on 7 April
    datetime(2024, 10, 4, tzinfo=UTC),  # ... in Lord Howe on 6 October
    datetime(2024, 10, 24, tzinfo=UTC),  # back in Europe on 27 October
    datetime(2024, 10, 31, tzinfo=UTC),  # ... in America on 3 November
)
WEEK_GRIDS = {base: Grid(base, QUARTER, 96 * 75) for base in BASES}
EVENT_TYPES: tuple[str, ...] = ("start", "stop", "pause", "resume", "cancel", "again", "noise")

# Shifts begin and end on full hours, except away from the hours that clock changes skip or repeat.
clock_times = st.one_of(
    st.integers(0, 24).map(lambda hour: hour * 60), st.integers(17, 91).map(lambda quarter: quarter * 15)
)


@st.composite
def shift_lists(draw: st.DrawFn) -> list[str]:
    bounds = sorted(draw(st.sets(clock_times, min_size=2, max_size=6)))
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    if len(bounds) == 4 and draw(st.booleans()):
        pairs = [(bounds[0], bounds[1]), (bounds[1], bounds[2])]  # neighbours that meet
    return [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]


day_shifts = st.one_of(
    st.just(list[str]()), st.just(["00:00-24:00"]), st.just(["09:00-18:00"]), shift_lists()
)


@st.composite
def calendars(draw: st.DrawFn, base: datetime) -> Calendar:
    usual = draw(day_shifts.filter(bool))
    week = dict.fromkeys(("mon", "tue", "thu", "fri"), usual)
    week |= draw(st.dictionaries(st.sampled_from(["wed", "sat", "sun"]), day_shifts, max_size=3))
    if draw(st.booleans()):
        week = {"all": usual, "sun": []}
    numbers = st.integers(-1, 30)
    days = {
        base.date() + timedelta(days=number): shifts
        for number, shifts in draw(st.dictionaries(numbers, day_shifts, max_size=8)).items()
    }
    return Calendar.model_validate({"timezone": draw(st.sampled_from(ZONES)), "week": week, "days": days})


def names(*usual: str) -> st.SearchStrategy[list[str]]:
    return st.one_of(*[st.just(list(usual))] * 3, st.lists(st.sampled_from(EVENT_TYPES), max_size=2))


week_targets = st.one_of(
    st.sampled_from(["1h", "4h", "9h", "20h", "45h"]),
    st.integers(1, 8).map(lambda count: f"{count} workdays"),
    st.integers(1, 9).map(lambda count: f"{count} days"),
)
minute_targets = st.sampled_from(["40s", "4m", "20m", "40m"])
shares = st.sampled_from(["25%", "50%", "75%", "100%", "125%"]).map(lambda at: {"at": at})
roll = st.sampled_from([None, "nonworking"])


@st.composite
def metrics(draw: st.DrawFn, targets: st.SearchStrategy[str], afters: st.SearchStrategy[str]) -> Metric:
    rungs = st.one_of(shares, afters.map(lambda after: {"after": after}))
    fields: dict[str, Any] = {
        "name": "metric",
        "calendar": "desk",
        "target": draw(targets),
        "roll": draw(roll),
        "legal": draw(st.one_of(st.none(), targets)),
        "legal_calendar": draw(st.sampled_from([None, "law"])),
        "legal_roll": draw(roll),
        "start": draw(st.sampled_from([["start"], ["start", "again"]])),
        "stop": draw(names("stop")),
        "pause": draw(names("pause")),
        "resume": draw(names("resume")),
        "cancel": draw(st.sampled_from([[], ["cancel"]])),
        "reopen": draw(st.sampled_from(["continue", "restart", "new"])),
        "ladder": draw(st.lists(rungs, max_size=5, unique_by=lambda rung: str(next(iter(rung.values()))))),
    }
    return Metric.model_validate(fields)


@st.composite
def timelines(draw: st.DrawFn, ticks: int, tick: timedelta, base: datetime) -> list[tuple[datetime, str]]:
    """A start and what follows, on the grid; some of it at the same instant, some before the start."""
    full_hours = st.integers(0, ticks // 4).map(lambda index: index * 4)
    moments = st.one_of(st.integers(0, ticks), full_hours, full_hours.map(lambda index: index // 16 * 16))
    kinds = st.sampled_from(["start", "start", "stop", "stop", "pause", "pause", "resume", *EVENT_TYPES])
    start = draw(st.integers(0, ticks // 8))
    events = draw(st.lists(st.tuples(moments, kinds), min_size=draw(st.integers(0, 8)), max_size=14))
    return [(base + index * tick, kind) for index, kind in [(start, "start"), *events]]


def slow_rows(
    metric: Metric, spec: ClockSpec, events: list[tuple[datetime, str]], as_of: datetime, grid: Grid
) -> list[dict[str, Any]]:
    """The slow model's answer in the shape of the contract."""
    desk = SlowCalendar(spec.calendars[metric.calendar], grid)
    law = SlowCalendar(spec.calendars[metric.legal_calendar or metric.calendar], grid)
    clock = SlowClock(metric, desk, law)
    clock.run(sorted(events, key=lambda event: event[0]), as_of)
    found: list[dict[str, Any]] = []
    for one in clock.instances:
        row: dict[str, Any] = {
            "name": metric.name,
            "instance": one.number,
            "state": one.state,
            "verdict": "breached" if one.breached else "met" if one.state == "stopped" else "pending",
            "provisional": False,
            "started_at": one.started,
            "stopped_at": one.stopped,
            "due_at": clock.due(one, as_of),
            "breached_at": one.breached,
            "elapsed_seconds": int(one.work.total_seconds()),
            "paused_seconds": int(one.paused.total_seconds()),
            "rungs": dict(one.rungs),
        }
        if metric.legal is not None:
            row |= {"target_due_at": clock.target_due(one, as_of), "legal_due_at": clock.legal_due(one)}
        found.append(row)
    return found


def fast_rows(spec: ClockSpec, events: list[tuple[datetime, str]], as_of: datetime) -> list[dict[str, Any]]:
    book = ClockBook()
    for at, event_type in events:
        book = observe(book, spec, event_type, at)
    return [as_dict(row) for row in rows(book, spec, as_of)]


def as_dict(row: ClockRow) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in row.model_fields_set}
    return found | {"rungs": {fired.rung: fired.at for fired in row.rungs}}


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_weeks_of_quarter_hours(data: st.DataObject) -> None:
    """Weeks with holidays, make-up days, split shifts, clock changes, pauses, reopenings: the same rows."""
    base = data.draw(st.sampled_from(BASES))
    spec = ClockSpec(
        calendars={"desk": data.draw(calendars(base)), "law": data.draw(calendars(base))},
        metrics=(data.draw(metrics(week_targets, st.sampled_from(["0s", "15m", "2h", "9h"]))),),
    )
    events = data.draw(timelines(96 * 16, QUARTER, base))
    as_of = base + data.draw(st.integers(96 * 2, 96 * 24)) * QUARTER
    try:
        expected = slow_rows(spec.metrics[0], spec, events, as_of, WEEK_GRIDS[base])
    except Horizon:
        reject()
    assert fast_rows(spec, events, as_of) == expected


@st.composite
def calendars_with_breaks(draw: st.DrawFn, zone: str, base: datetime) -> Calendar:
    """All day, every day, but for some breaks in the next two hours, to the minute."""
    local = base.astimezone(ZoneInfo(zone))
    now = local.hour * 60 + local.minute
    near = st.integers(now - 10, now + 110).map(lambda minute: minute % 1440).filter(bool)
    breaks = sorted(draw(st.sets(near, max_size=6)))
    bounds = [0, *breaks[: len(breaks) // 2 * 2], 1440]
    pairs = list(zip(bounds[::2], bounds[1::2], strict=False))
    shifts = [f"{a // 60:02}:{a % 60:02}-{b // 60:02}:{b % 60:02}" for a, b in pairs]
    return Calendar.model_validate({"timezone": zone, "week": {"all": shifts}})


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_hours_of_seconds(data: st.DataObject) -> None:
    """Two hours second by second, over midnight and clock changes: the same rows."""
    zone, base = data.draw(st.sampled_from(EDGES))
    desk, law = (data.draw(calendars_with_breaks(zone, base)) for _ in range(2))
    metric = data.draw(metrics(minute_targets, st.sampled_from(["0s", "1s", "90s", "10m"])))
    spec = ClockSpec(calendars={"desk": desk, "law": law}, metrics=(metric,))
    events = data.draw(timelines(4000, SECOND, base))
    as_of = base + data.draw(st.integers(600, 6000)) * SECOND
    try:
        expected = slow_rows(metric, spec, events, as_of, SECOND_GRIDS[base])
    except Horizon:
        reject()
    assert fast_rows(spec, events, as_of) == expected

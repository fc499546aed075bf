"""Lists of cases: filters from an address, a page of rows with their countdowns, and the way to the next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

from pydantic import ValidationError

from console.clocks import Countdown, countdown
from console.desk import Desk
from console.formats import Formats
from console.languages import local_path
from domain.access import Identity
from domain.errors import InvalidRequest
from domain.kinds import KINDS
from domain.orders import IntakeChannel, Priority, Tier
from domain.records import CaseKind
from starters.http.cursors import from_word, to_word
from store.board import NOBODY, Board, BoardFilter, BoardRow, ClockView, Place

CLOCKS: tuple[ClockView, ...] = get_args(ClockView)
WAITS = tuple(sorted({name for kind in KINDS.values() for name in kind.next_steps}))
FILTERS = ("kind", "stage", "clock", "waits", "team", "holder", "priority", "tier", "channel")
VALUE_MAX = 64
COUNTED_MOST = 1000


@dataclass(frozen=True)
class Line:
    """An open case as a list shows it."""

    row: BoardRow
    clock: Countdown


@dataclass(frozen=True)
class Choice:
    """A filter's value that may be chosen."""

    value: str
    words: str
    chosen: bool


@dataclass(frozen=True)
class Listed:
    """A page of a list. `total` None: more than anybody has counted."""

    lines: list[Line]
    total: int | None
    next: str | None


def stages_of(kind: CaseKind) -> tuple[str, ...]:
    """The stages of a kind in which a case stays, in their order."""
    stages: tuple[str, ...] = get_args(KINDS[kind].state.model_fields["stage"].annotation)
    return tuple(stage for stage in stages if stage not in ("opening", "closed"))


def filter_of(given: Mapping[str, str], who: Identity) -> BoardFilter:
    """What an address narrows a list to; only ever the reader's own merchant's. Raises `InvalidRequest`."""
    wanted = {name: given[name] for name in FILTERS if given.get(name)}
    if any(len(value) > VALUE_MAX or not value.isprintable() for value in wanted.values()):
        raise InvalidRequest("a filter is too long")
    if "stage" in wanted and "kind" not in wanted:
        del wanted["stage"]
    try:
        return BoardFilter.model_validate(wanted | {"merchant": who.merchant})
    except ValidationError as error:
        where = str(error.errors()[0]["loc"][0])
        raise InvalidRequest(f"{where}: there is no such value", field=where) from None


def place_of(word: str) -> Place | None:
    """Where a page begins. Raises `InvalidRequest` for a word that no page gave."""
    return from_word(Place, word, "after") if word else None


async def listed(desk: Desk, where: BoardFilter, formats: Formats, after: Place | None) -> Listed:
    """A page of open cases. Raises `StoreUnavailable`."""
    board = Board(desk.pool)
    rows, following = await board.page(where, formats.now, after)
    is_all = after is None and following is None
    total = len(rows) if is_all else await _total(board, where, formats.now)
    return Listed(await lines(desk, rows, formats), total, following and to_word(following))


async def _total(board: Board, where: BoardFilter, now: datetime) -> int | None:
    total = await board.total(where)
    if total is not None or where.clock is None:
        return total
    found = await board.count(where, now, COUNTED_MOST + 1)
    return found if found <= COUNTED_MOST else None


async def lines(desk: Desk, rows: list[BoardRow], formats: Formats) -> list[Line]:
    """Rows with their countdowns."""
    await desk.working.know(rows)
    return [Line(row, countdown(row, desk.working, formats)) for row in rows]


async def choices(desk: Desk, where: BoardFilter, formats: Formats) -> dict[str, list[Choice]]:
    """What each filter offers, in the reader's words."""
    t = formats.words
    directory = await desk.directory(formats.now)
    members = directory.members if directory else {}
    known = directory.teams if directory else {}
    teams = {name: team.title.get(t.language, name) for name, team in known.items()}
    offered: dict[str, Sequence[str]] = {
        "kind": tuple(KINDS),
        "stage": stages_of(where.kind) if where.kind else (),
        "clock": CLOCKS,
        "waits": WAITS,
        "team": tuple(teams),
        "holder": (NOBODY, *sorted(name for name, each in members.items() if each.takes_cases)),
        "priority": get_args(Priority),
        "tier": get_args(Tier),
        "channel": get_args(IntakeChannel),
    }
    words: dict[str, Any] = {"team": teams, "holder": {NOBODY: t("cases.nobody")}}
    return {
        name: [
            Choice(
                value,
                words.get(name, {}).get(value) or t.name(f"value.{name}", value),
                value == getattr(where, name),
            )
            for value in values
        ]
        for name, values in offered.items()
    }


def address(path: str, where: BoardFilter, **more: str | None) -> str:
    """The address of a list that is narrowed so."""
    given = where.model_dump(exclude_none=True, exclude={"merchant"}) | more
    query = urlencode({name: value for name, value in given.items() if value})
    return local_path(f"{path}?{query}" if query else path)

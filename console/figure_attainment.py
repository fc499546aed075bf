"""How often promises were kept, as tables: by clock, by channel, by team."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from console.figure_cells import MOST_DRAWN, Cell, Cells, Series, Table, chart
from domain.attainment import Attained, AttainmentFigures
from domain.figures import NO_TEAM

VERDICTS = ("met", "breached", "pending")


@dataclass(frozen=True)
class Part:
    """What became of some clocks, and what an address has for just these."""

    title: str
    of: Attained
    which: Mapping[str, str]


def attainment_tables(figures: AttainmentFigures, teams: Mapping[str, str], cells: Cells) -> list[Table]:
    """Of each the worst first. `teams`: what they are called."""
    t = cells.words
    clocks = [
        Part(
            f"{t.name('value.kind', row.kind)} · {t.name('value.metric', row.metric)}",
            row,
            {"kind": row.kind, "metric": row.metric},
        )
        for row in figures.clocks
    ]
    channels = [
        Part(t.name("value.channel", row.channel), row, {"channel": row.channel}) for row in figures.channels
    ]
    by_team = [
        Part(
            teams.get(row.team, row.team) if row.team else t("figures.no_team"),
            row,
            {"team": row.team or NO_TEAM},
        )
        for row in figures.teams
    ]
    return [
        _table("clocks", "clock", clocks, _of_all(figures.total, cells), cells),
        _table("channels", "channel", channels, _worst(channels, cells), cells),
        _table("teams", "team", by_team, _worst(by_team, cells), cells),
    ]


def attained(of: Attained, cells: Cells) -> Cell:
    """How much was kept."""
    percent = of.attainment_percent
    return cells.share(None if percent is None else percent / 100)


def _table(name: str, first: str, parts: Sequence[Part], told: str, cells: Cells) -> Table:
    return Table(
        name,
        cells.columns(first, *VERDICTS, "attainment"),
        [
            (
                cells.text(part.title),
                *(cells.count(getattr(part.of, each), verdict=each, **part.which) for each in VERDICTS),
                attained(part.of, cells),
            )
            for part in parts
        ],
        told,
        _chart([part for part in parts if part.of.attainment_percent is not None], cells),
        cells.words("figures.empty.clocks"),
    )


def _worst(parts: Sequence[Part], cells: Cells) -> str:
    if not parts or parts[0].of.attainment_percent is None:
        return cells.words("figures.told.unjudged")
    worst = parts[0]
    return cells.words("figures.told.worst", name=worst.title, percent=attained(worst.of, cells).text)


def _of_all(total: Attained, cells: Cells) -> str:
    judged = total.met + total.breached
    if not judged:
        return cells.words("figures.told.unjudged")
    return cells.words(
        "figures.told.attainment",
        percent=attained(total, cells).text,
        met=cells.formats.count(total.met),
        judged=cells.formats.count(judged),
    )


def _chart(judged: Sequence[Part], cells: Cells) -> dict[str, object] | None:
    drawn, t = judged[:MOST_DRAWN], cells.words
    if not drawn:
        return None
    return chart(
        "shares",
        [part.title for part in drawn],
        Series(t("figures.column.met"), "good", [part.of.met for part in drawn]),
        Series(t("figures.column.breached"), "bad", [part.of.breached for part in drawn]),
        labels=[attained(part.of, cells).text for part in drawn],
        links=[cells.cases(verdict="breached", **part.which) for part in drawn],
    )

"""A figure as a table: what a page shows, an export takes along, and a chart draws."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from console.figure_filter import Asked
from console.formats import Formats

Tone = Literal["good", "bad", "main", "soft"]
"""What a chart draws something in: a colour of the theme, and for the second of two a pattern, too."""
CASES = "/figures/cases"
LYING, FEW = ("shares", "stack"), 4
MOST_DRAWN = 12
"""So many bars that lie one above the other can be told apart; the table has all."""


@dataclass(frozen=True)
class Cell:
    """`value` as a spreadsheet has it, `text` as people read it; `address` leads to the cases behind it."""

    value: str | int | float | None
    text: str
    address: str | None = None
    is_share: bool = False

    @property
    def is_figure(self) -> bool:
        """Whether it stands to the right, as figures do."""
        return not isinstance(self.value, str)


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """One of the figures. `told`: the gist of it, in a sentence; `chart` None: there is nothing to draw.

    `empty` says why there are no rows.
    """

    name: str
    columns: Sequence[str]
    rows: Sequence[Row] = ()
    told: str = ""
    chart: Mapping[str, Any] | None = None
    empty: str = ""

    @property
    def is_low(self) -> bool:
        """Whether what is drawn is a few bars, one above the other."""
        return self.chart is not None and self.chart["form"] in LYING and len(self.chart["names"]) <= FEW


@dataclass(frozen=True)
class Series:
    """What a chart draws of each name."""

    name: str
    tone: Tone
    values: Sequence[float]

    def data(self) -> dict[str, Any]:
        """As the page's script reads it."""
        return {"name": self.name, "tone": self.tone, "values": list(self.values)}


class Cells:
    """Makes cells in the reader's language, with the addresses of what they count."""

    def __init__(self, formats: Formats, ask: Asked) -> None:
        self.formats, self.words, self.ask = formats, formats.words, ask

    def columns(self, *names: str) -> list[str]:
        """Headings."""
        return [self.words(f"figures.column.{name}") for name in names]

    def count(self, number: int, **behind: str | int | None) -> Cell:
        """A number of cases that leads to them."""
        return Cell(number, self.formats.count(number), self.cases(**behind) if behind and number else None)

    def cases(self, **behind: str | int | None) -> str:
        """Where the cases are that a figure counts. One clock narrows only what is counted by clocks."""
        return self.ask.address(CASES, **({} if "verdict" in behind else {"metric": None}), **behind)

    def share(self, share: float | None) -> Cell:
        """A part of a whole; a dash where there is none."""
        return Cell(share, "—" if share is None else self.formats.share(share), is_share=True)

    def text(self, text: str) -> Cell:
        """Words."""
        return Cell(text, text)

    def named(self, topic: str, value: str | None) -> str:
        """A value in the reader's words, also where nobody knows it yet."""
        return self.words("figures.unknown") if value is None else self.words.name(topic, value)


def chart(form: str, names: Sequence[str], *series: Series, **more: Any) -> dict[str, Any]:
    """What the page's script draws."""
    return {"form": form, "names": list(names), "series": [each.data() for each in series], **more}

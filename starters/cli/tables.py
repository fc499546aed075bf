"""Tables and lines that stay readable at eighty columns, plain when they go into a pipe."""

from collections.abc import Iterable, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_COLUMNS = 80


def console() -> Console:
    """Standard output, as wide as the terminal or eighty columns."""
    plain = Console(highlight=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(highlight=False, width=PIPE_COLUMNS)


def print_table(
    heads: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None, right: bool = False
) -> None:
    """Rows under their heads; long cells fold into further lines, nothing is cut off.

    `right`: all columns but the first are figures.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title=title, title_justify="left")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold", justify="right" if right and number else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console().print(table)


def print_facts(facts: Iterable[tuple[str, str | None]]) -> None:
    """Names and what they are, one a line; what is not known has no line."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in facts:
        if value:
            grid.add_row(Text(name), Text(value))
    console().print(grid)

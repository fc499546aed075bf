"""What other terms move, as people read it: each case with its deadlines, or a row of result per case."""

from collections import Counter
from collections.abc import Sequence

from starters.cli.simulation_page import told_change
from starters.cli.tables import print_table
from starters.retargeting import CaseRetarget


def print_retargets(rows: Sequence[CaseRetarget], *, preview: bool) -> None:
    """At eighty columns; a preview shows every clock that would move."""
    if not rows:
        print("no open case")
        return
    if preview:
        for row in rows:
            print("\n".join(told_change(move) for move in row.moves) or f"{row.case_id}  {_said(row)}")
    else:
        heads = ("case", "result", "event", "what moves")
        print_table(heads, ((row.case_id, row.result, str(row.seq or ""), _said(row)) for row in rows))
    counted = Counter(row.result for row in rows)
    print(", ".join(f"{count} {result}" for result, count in counted.items()))


def _said(row: CaseRetarget) -> str:
    if row.code is not None:
        return f"{row.code}: {row.message}"
    if row.message is not None:
        return row.message
    if row.result == "unchanged":
        return "is held to these terms already"
    moved = sum(bool(move.moved_seconds) for move in row.moves)
    breaches = sum(move.after == "breached" != move.before for move in row.moves)
    said = [f"{moved} deadline{'s' if moved != 1 else ''}"] if moved else []
    said += [f"{breaches} new breach{'es' if breaches != 1 else ''}"] if breaches else []
    return ", ".join(said) or "no deadline"

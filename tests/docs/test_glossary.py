"""The glossary's names exist in the code, and no event, stage, outcome or state is without a word."""

import re
from typing import get_args

from domain.kinds import KINDS
from domain.refunds import RefundState
from domain.returns.events import Outcome
from domain.returns.state import Stage
from domain.sla import ChangeKind
from tests.docs.documents import ROOT, read, rows

ROOMS = (
    "domain",
    "store",
    "providers",
    "activities",
    "workflows",
    "starters",
    "workers",
    "sandbox",
    "deploy",
)
TERMS = [cells for cells in rows(read("docs/glossary.md"), 4) if cells[0] != "Term" and "---" not in cells[0]]
HAN = re.compile(r"[\u4e00-\u9fff]")


def names_in(cell: str) -> list[str]:
    """What stands in backticks."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_name_is_in_the_code() -> None:
    files = [
        path for room in ROOMS for end in ("py", "sql", "yaml") for path in (ROOT / room).rglob(f"*.{end}")
    ]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files)
    code += "".join(f" refund.{state}" for state in get_args(RefundState))  # `ended` puts these together
    names = {name for cells in TERMS for name in names_in(cells[3])}
    assert [name for name in sorted(names) if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", code)] == []


def test_every_term_has_chinese_words_and_a_place() -> None:
    lame = [cells[0] for cells in TERMS if not HAN.search(cells[1]) or not cells[2] or not names_in(cells[3])]
    assert lame == []


def test_no_term_stands_there_twice() -> None:
    terms = [cells[0] for cells in TERMS]
    assert sorted(terms) == sorted(set(terms))


def test_every_event_stage_outcome_and_state_has_a_word() -> None:
    payloads = {name for kind in KINDS.values() for name in kind.fold.payloads}
    wanted = {*payloads, *get_args(Stage), *get_args(Outcome), *get_args(RefundState), *get_args(ChangeKind)}
    told = {name for cells in TERMS for name in names_in(cells[3])}
    assert sorted(wanted - told) == []

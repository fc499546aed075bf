"""Every decision has its four parts, stands in the list, and names keepers that exist."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, name_of, read

DECISIONS = sorted(ROOT.glob("docs/decisions/[0-9]*.md"))
HEADINGS = ["Context", "Decision", "Consequences", "Kept by"]


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_a_decision_has_its_four_parts_and_stands_in_the_list(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    number, title = re.findall(r"\A# (\d+)\. (.*)", text)[0]
    assert path.name.startswith(f"{int(number):04d}-")
    assert re.findall(r"^## (.*)", text, re.MULTILINE) == HEADINGS
    assert f"- [{number}. {title}]({path.name})" in read("docs/decisions/README.md")


@pytest.mark.parametrize("path", DECISIONS, ids=name_of)
def test_what_keeps_a_decision_exists(path: Path) -> None:
    kept = path.read_text(encoding="utf-8").partition("## Kept by")[2]
    for file, _, function in re.findall(r"`([\w./-]+/[\w.-]+\.\w+)(::(\w+))?`", kept):
        assert (ROOT / file).is_file(), file
        if function:
            assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), function


def test_the_numbers_have_no_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))

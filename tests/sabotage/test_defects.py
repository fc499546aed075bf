"""The planted defects can be planted: `make sabotage` shows, outside CI, that each is caught."""

from pathlib import Path

import pytest

from starters.settings import CHECKOUT
from tests.sabotage.defects import DEFECTS, Defect
from tests.sabotage.runner import NotThere, plant

DEFECTS_MIN = 12


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_each_edit_has_its_place_and_its_tests(defect: Defect, tmp_path: Path) -> None:
    """Whoever changes the code that a defect damages writes the defect anew."""
    damaged = tmp_path / defect.path
    damaged.parent.mkdir(parents=True)
    source = (CHECKOUT / defect.path).read_text(encoding="utf-8")
    damaged.write_text(source, encoding="utf-8")
    assert plant(tmp_path, defect) == source
    assert damaged.read_text(encoding="utf-8") != source
    assert [test for test in defect.tests if not (CHECKOUT / test.partition("::")[0]).exists()] == []


def test_there_are_twelve_and_each_is_another() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS) >= DEFECTS_MIN


@pytest.mark.parametrize("text", ["", "a = 1\na = 1\n"])
def test_an_edit_without_its_one_place_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(text, encoding="utf-8")
    with pytest.raises(NotThere, match="must be once"):
        plant(tmp_path, Defect("a slip", "module.py", "a = 1\n", "a = 2\n", ()))
    assert (tmp_path / "module.py").read_text(encoding="utf-8") == text


def test_an_edit_that_is_no_code_is_refused(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("a = 1\n", encoding="utf-8")
    with pytest.raises(SyntaxError):
        plant(tmp_path, Defect("a slip", "module.py", "a = 1", "a = ", ()))

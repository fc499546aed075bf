"""What `make mutation` changes, and what it leaves alone."""

import pytest

from starters.settings import CHECKOUT
from tests.mutation.mutants import mutants_of
from tests.mutation.targets import TARGETS

CHANGED = {
    "x = a < b": {"(a <= b)"},
    "x = a and b": {"(a or b)"},
    "x = a + b": {"(a - b)"},
    "x = a if b else c": {"(c if b else a)"},
    "x = not a": {"(a)"},
    "x = True": {"False"},
    "x = 4": {"5"},
    "x = min(a)": {"max"},
    "a += b": {"pass"},
    "if a:\n    raise Gone(f'no {a}', of='x')": {"pass"},
}
LEFT_ALONE = (
    '"""What it is."""',
    "x: int | None",
    "def f(a: str | None) -> int | None: ...",
    "from a import b",
    "x = Literal['a', 'b']",
    "x = f'{a + 1}'",
)


@pytest.mark.parametrize("source", CHANGED)
def test_a_slip_is_one_change(source: str) -> None:
    assert {mutant.text for mutant in mutants_of("m.py", source.encode())} == CHANGED[source]


@pytest.mark.parametrize("source", LEFT_ALONE)
def test_what_only_says_something_is_left_alone(source: str) -> None:
    assert mutants_of("m.py", source.encode()) == []


def test_the_change_is_where_the_text_was() -> None:
    source = "# Grüße\nx = 'ü'; y = a < b\n".encode()
    (mutant,) = [each for each in mutants_of("m.py", source) if each.text == "(a <= b)"]
    assert mutant.of(source).decode() == "# Grüße\nx = 'ü'; y = (a <= b)\n"
    assert mutant.told(source) == "m.py:2: a < b → (a <= b)"


@pytest.mark.parametrize("name", TARGETS)
def test_every_module_and_every_test_of_a_target_is_there(name: str) -> None:
    target = TARGETS[name]
    assert [path for path in (*target.modules, *target.tests) if not (CHECKOUT / path).exists()] == []

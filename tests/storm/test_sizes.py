"""The full sizes name tests that exist, and knobs that these read."""

import pytest

from starters.settings import CHECKOUT
from storm.sizes import SIZES, Size


@pytest.mark.parametrize("size", SIZES, ids=lambda size: size.test)
def test_a_size_names_a_test_and_the_knobs_that_it_reads(size: Size) -> None:
    text = (CHECKOUT / size.test).read_text(encoding="utf-8")
    assert [knob for knob in size.env if f'"{knob}"' not in text] == []

"""The money core under every crash that a seed can think of: 2,000 worlds, each reproduced by its number.

`CASEWORK_SEEDS=20000` plays more of them. In a world, up to four cases take money of two orders at once:
goods, compensation and vouchers, over one payment or several, with a second person where the policy asks for
one, while payments are disputed and money comes back. The activities that do it may die at every await, their
answers get lost, two attempts run at once, and gateways are away or blind for up to thirty hours, forget
keys, refuse, or fail late.
"""

import os

import pytest

from tests.money.model_play import Play
from tests.money.virtual_time import play

SEEDS = int(os.environ.get("CASEWORK_SEEDS", "2000"))
PARTS = 50


@pytest.mark.parametrize("part", range(PARTS))
def test_no_seed_pays_twice(part: int) -> None:
    for seed in range(part, SEEDS, PARTS):
        assert play(Play(seed).run()) == [], f"seed {seed}"

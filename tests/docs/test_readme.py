"""What the README shows of the demo, and says of tests and licence, is so."""

import inspect
import re

from demo import checks
from tests.docs.documents import ROOT, blocks, read

TEXT = " ".join(read("README.md").split())


def test_the_excerpt_names_what_the_demo_checks() -> None:
    [shown] = [block.text for block in blocks(ROOT / "README.md", "text")]
    named = re.findall(r"^ok +(.*?): ", shown, re.MULTILINE)
    assert named == re.findall(r'name="(.*?)"', inspect.getsource(checks))


def test_the_demo_takes_as_many_returns_and_orders_as_the_readme_says() -> None:
    data = ROOT / "sandbox" / "data" / "online-retail"
    returns, orders = (
        len((data / name).read_text(encoding="utf-8").splitlines()) - 1
        for name in ("returns.csv", "orders.csv")
    )
    assert f"{returns} returns are opened against {orders} orders" in TEXT


def test_everybody_tests_by_the_same_command() -> None:
    assert "`.venv/bin/python -m pytest`" in TEXT
    assert "\t@$(RUN) -m pytest $(ARGS)\n" in read("Makefile")
    assert ".venv/bin/python -m pytest" in read(".ci/run")


def test_the_licence_and_the_data_are_named() -> None:
    assert "Apache License" in read("LICENSE")
    for words in ("Apache-2.0", "D. Chen, 2015", "UCI", "CC BY 4.0"):
        assert words in TEXT

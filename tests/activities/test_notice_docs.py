"""What docs/notices.md shows is so."""

import re
from pathlib import Path

import yaml

from domain.notice_kinds import FACTS
from domain.notice_rules import NoticeRules

TEXT = (Path(__file__).parents[2] / "docs" / "notices.md").read_text(encoding="utf-8")


def test_the_policy_example_is_valid():
    [block] = re.findall(r"```yaml\n(.*?)```", TEXT, re.DOTALL)
    rules = NoticeRules.model_validate(yaml.safe_load(block)["notices"])
    assert rules.channels("refund_settled") == ("push", "sms", "email")
    assert rules.quiet_hours is not None


def test_the_table_has_every_kind_with_its_facts():
    rows = [line.split("|")[1:5] for line in TEXT.splitlines() if line.startswith("| `")]
    told: dict[str, tuple[set[str], set[str]]] = {}
    for kinds, _, needs, may_have in rows:
        for kind in re.findall(r"`(\w+)`", kinds):
            told[kind] = (named(needs), named(may_have))
    assert told == {kind: (set(names.needs), set(names.may_have)) for kind, names in FACTS.items()}


def named(cell: str) -> set[str]:
    return {*re.findall(r"`(\w+)`", cell), *(("amount_minor", "currency") if "amount" in cell else ())}

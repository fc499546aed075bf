"""The words of improvements: how grave, who asked, where it stands, what it came to."""

from typing import Literal, get_args

from domain.grading import Severity
from domain.orders import Priority

PRIORITIES: dict[Severity, Priority] = {"critical": "P1", "major": "P2", "minor": "P3"}
"""What a policy's targets are chosen by."""

CountedKind = Literal["return", "complaint", "delivery"]
"""Kinds of cases that come in from outside: in them it shows whether something recurs."""
COUNTED_KINDS: tuple[CountedKind, ...] = get_args(CountedKind)

Source = Literal["case", "figures", "hand"]
"""Who asked: a case that found it, an analyst by the figures, or a person."""

Stage = Literal["opening", "proposal", "objection", "ruling", "actions", "observation", "check", "closed"]
"""`objection`: the department declined, whoever asked may insist. `ruling`: the head decides."""

Outcome = Literal["effective", "not_effective", "declined", "dismissed", "withdrawn"]
"""`dismissed`: the head did not follow whoever insisted. `not_effective`: it recurs and is left so."""

Because = Literal["insisted", "recurs"]
"""Why the head decides."""

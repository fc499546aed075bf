"""How cases belong together: what caused one, what it started, what it is about (design §6)."""

from collections.abc import Mapping
from typing import Literal

from domain.base import Model
from domain.errors import LinkRefused

Relation = Literal[
    "caused_by",
    "started",
    "about",
    "complained_of_in",
    "duplicate_of",
    "duplicated_by",
    "repeats",
    "repeated_by",
    "follows",
    "followed_by",
    "evidenced_by",
    "evidence_of",
]
"""What the other case is to this one; every relation has its opposite, which the other one records."""

_DOWNWARD: dict[Relation, Relation] = {
    "caused_by": "started",
    "about": "complained_of_in",
    "duplicate_of": "duplicated_by",
    "repeats": "repeated_by",
    "follows": "followed_by",
}
_UPWARD: dict[Relation, Relation] = {there: here for here, there in _DOWNWARD.items()}
_BESIDE: dict[Relation, Relation] = {"evidenced_by": "evidence_of", "evidence_of": "evidenced_by"}
OPPOSITES = _DOWNWARD | _UPWARD | _BESIDE
UPWARD: tuple[Relation, ...] = tuple(_DOWNWARD)
"""Relations that point to what was there before: along them no way may lead back.

A case that only shows what an improvement is about neither caused it nor hears of it.
"""


OUTLIVING = ("claim", "improvement")
"""Kinds that go on for weeks after what they came from is settled: who starts one waits for no end."""


class Cause(Model):
    """The case because of which another one is opened, and what the new one is to it."""

    case_id: str
    relation: Relation = "caused_by"


class CaseLink(Model):
    """Another case that belongs to this one, and what is known of it."""

    case_id: str
    relation: Relation
    stage: str | None = None
    """The stage that it last reported; None before its first report."""
    outcome: str | None = None
    open: bool = True

    @property
    def is_child(self) -> bool:
        """Whether this case started it and must see it end."""
        return self.relation == "started" and self.case_id.partition(":")[0] not in OUTLIVING


def refuse_ring(case_id: str, relation: Relation, other: str, upward: Mapping[str, list[str]]) -> None:
    """Raise `LinkRefused` for a link that would make a ring.

    `upward`: for each case on the way, the cases that its upward links point to, as the store knows them.
    """
    below, above = (case_id, other) if relation in UPWARD else (other, case_id)
    seen, ahead = {below}, [above]
    while ahead:
        here = ahead.pop()
        if here == below:
            raise LinkRefused(f"{case_id} cannot be linked to {other} ({relation}): it would make a ring")
        if here not in seen:
            seen.add(here)
            ahead += upward.get(here, [])

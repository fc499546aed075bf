"""What was found to go wrong again and again, in words that figures can count (sop C15, L6)."""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from domain.base import Instant, Model, Slug, Text
from domain.cases.messages import CaseName, Words
from domain.grading import Severity
from domain.improvements.vocabulary import COUNTED_KINDS, PRIORITIES, CountedKind
from domain.orders import Language, Priority
from domain.schema_rules import UNIQUE, any_of, given, told_by

Lane = Annotated[Text, Field(min_length=1, max_length=129)]
Sku = Annotated[Text, Field(min_length=1, max_length=64)]
EVIDENCE_MAX = 50


_NAMES = ("category", "reason", "party", "carrier", "lane", "sku", "root_cause")


class Recurring(Model):
    """What the cases have in common; of what is not given any value counts."""

    model_config = told_by(any_of(*[given(name) for name in _NAMES]))

    category: Slug | None = None
    reason: Slug | None = None
    party: Slug | None = None
    carrier: Slug | None = None
    lane: Lane | None = None
    sku: Sku | None = None
    root_cause: Slug | None = None
    """As the investigations of complaints name it."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.given:
            raise ValueError(f"name what recurs by at least one of {', '.join(type(self).model_fields)}")
        return self

    @property
    def given(self) -> dict[str, str]:
        """What is given, by name."""
        return {name: value for name, value in self if value is not None}

    @property
    def words(self) -> str:
        """As in `category logistics, carrier swift`."""
        return ", ".join(f"{name} {value}" for name, value in self.given.items())


class WantedAction(Model):
    """What whoever asks wants done; the department's first action when it is taken on."""

    what: Words
    due_by: Instant | None = None


class Finding(Model):
    """A finding that a department is asked to do something about.

    `evidence` are the cases that show it. Without a word, cases of every kind from outside are counted.
    """

    department: Slug
    severity: Severity
    recurs: Recurring
    kinds: list[CountedKind] = Field(default=[*COUNTED_KINDS], min_length=1, json_schema_extra=UNIQUE)
    words: Words
    evidence: list[CaseName] = Field(
        default_factory=list[str], max_length=EVIDENCE_MAX, json_schema_extra=UNIQUE
    )
    wants: WantedAction | None = None
    by: Slug
    by_figures: bool = False
    """Whether the figures showed it to an analyst; otherwise a person, or the case that causes it, asks."""
    language: Language = "zh-CN"
    policy: Slug = "standard"

    @field_validator("evidence", "kinds")
    @classmethod
    def _names_each_once(cls, names: list[str]) -> list[str]:
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"{twice} is named twice")
        return names

    @property
    def priority(self) -> Priority:
        """What the policy's targets are chosen by."""
        return PRIORITIES[self.severity]

"""An entry of the case library: what a closed case was about, what was found and done (sop C14).

It names nobody: the case, the order and the merchant lead to who is allowed to know. Contacts that somebody
wrote into a text are masked when the entry is made.
"""

from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, model_validator

from domain.base import Model, Slug, Text, UtcInstant
from domain.library.cutting import Run, cut, lexemes, spaced
from domain.library.masking import mask_contacts
from domain.orders import Language

LibraryCaseId = Annotated[str, Field(pattern=r"^[a-z_]{1,32}:[A-Za-z0-9_.-]{1,64}:[A-Za-z0-9_.-]{1,64}$")]
"""`<kind>:<merchant>:<number>`."""

FreeText = Annotated[Text, AfterValidator(mask_contacts)]
"""What somebody wrote, without e-mail addresses and phone numbers."""

Weight = Literal["A", "B", "C"]
"""A: title and summary, B: resolution, C: the rest."""

TELLING_LEXEMES = 64
_SHORTEST_NUMBER = 4


class LibraryEntry(Model):
    """A closed case as the library keeps it. What the case does not know stays empty."""

    case_id: LibraryCaseId
    kind: Slug
    merchant: Slug
    opened_at: UtcInstant
    closed_at: UtcInstant
    outcome: Slug
    language: Language
    order_id: Slug | None = None
    category: Slug | None = None
    severity: Slug | None = None
    party: Slug | None = None
    carrier: Slug | None = None
    skus: list[Text] = []
    summary: FreeText = ""
    customer_text: FreeText = ""
    findings: FreeText = ""
    measures: FreeText = ""
    reasons: FreeText = ""
    improvement_plan: FreeText = ""

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Self:
        if self.closed_at < self.opened_at:
            raise ValueError("closed_at: before opened_at")
        return self

    @property
    def texts(self) -> dict[str, str]:
        """What people wrote, by field, as a reader wants it; empty ones are left out."""
        fields = ("summary", "customer_text", "findings", "measures", "reasons", "improvement_plan")
        return {name: text for name in fields if (text := getattr(self, name))}


class Placed(NamedTuple):
    """A lexeme in the index of a whole entry; positions are from 1."""

    text: str
    position: int
    weight: Weight


class EntryIndex(NamedTuple):
    """What an entry is found by: its lexemes, and its texts in the form in which phrases are looked up."""

    lexemes: list[Placed]
    spaced: str


def index_of(entry: LibraryEntry) -> EntryIndex:
    """Everything in an entry that can be searched. A phrase never reaches from one field into the next."""
    placed: list[Placed] = []
    fields: list[str] = []
    position = 1
    for weight, text in _weighed(entry):
        runs = cut(text)
        placed += [Placed(unit.text, position + unit.position, weight) for unit in lexemes(runs)]
        position += _length(runs) + 1
        fields.append(spaced(runs))
    return EntryIndex(placed, "\n".join(fields))


def telling_lexemes(entry: LibraryEntry) -> list[str]:
    """The lexemes by which other entries may be like this one, the weightier first; not all of a long one."""
    placed = sorted(index_of(entry).lexemes, key=lambda unit: unit.weight)
    telling = dict.fromkeys(unit.text for unit in placed if _tells(unit.text))
    return list(telling)[:TELLING_LEXEMES]


def _weighed(entry: LibraryEntry) -> list[tuple[Weight, str]]:
    """All texts with their weights; names of things stand with the summary."""
    names = (entry.case_id, entry.order_id, entry.category, entry.severity, entry.party, entry.carrier)
    a_texts = [entry.summary, *(name for name in names if name), *entry.skus]
    b_texts = [entry.measures, entry.reasons, entry.improvement_plan, entry.outcome]
    c_texts = [entry.customer_text, entry.findings]
    by_weight: list[tuple[Weight, list[str]]] = [("A", a_texts), ("B", b_texts), ("C", c_texts)]
    return [(weight, text) for weight, texts in by_weight for text in texts if text]


def _length(runs: list[Run]) -> int:
    return sum(len(run.atoms) for run in runs)


def _tells(lexeme: str) -> bool:
    return len(lexeme) > 1 and not (lexeme.isdigit() and len(lexeme) < _SHORTEST_NUMBER)

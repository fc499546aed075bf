"""A difference between the books that was written down: first its workflow's, then a person's. Pure."""

from pydantic import JsonValue

from domain.base import Model, UtcInstant
from domain.reconciliation import FindingKind, Source, Theirs

DO: dict[FindingKind, str] = {
    "unknown_to_us": "ask who paid it at the gateway; the order's budget does not bound it, so count it "
    "before anything of the order is paid",
    "unknown_to_them": "ask the gateway for the key; if it never paid, the customer has no money yet",
    "amount_differs": "compare with the gateway's record; pay or ask back the rest, and correct the row",
    "currency_differs": "compare with the gateway's record before anything of the order is paid",
    "state_differs": "ask the gateway what became of it; correct the row and its budget, and tell the case",
    "behind": "its workflow was told and did not take it: look at it in Temporal's UI, and at its page",
    "stopped": "its workflow was begun again and does not run, or its case does not know it: look why in "
    "Temporal's UI, and at the case",
    "overdue": "ask the gateway about the key; if the refund is held, send its workflow `resolve`",
}
"""What a person is to do about a task of the kind."""


class Task(Model):
    """A difference that was written down; a person's from `opened_at` on, until it is closed."""

    task_id: int
    kind: FindingKind
    provider: str
    merchant: str
    subject: str
    source: Source
    facts: dict[str, JsonValue]
    mark: str
    hint: bool
    first_seen_at: UtcInstant
    seen_again_at: UtcInstant
    hinted_at: UtcInstant | None = None
    opened_at: UtcInstant | None = None
    closed_at: UtcInstant | None = None
    closed_by: str | None = None
    words: str | None = None

    @property
    def refund_id(self) -> str | None:
        """The refund's, where we know one."""
        ours = self.facts.get("ours")
        return str(ours["refund_id"]) if isinstance(ours, dict) else None

    @property
    def key(self) -> str | None:
        """The refund's key, where we know one."""
        ours = self.facts.get("ours")
        return str(ours["key"]) if isinstance(ours, dict) else None

    @property
    def theirs(self) -> Theirs | None:
        """The gateway's word."""
        told = self.facts.get("theirs")
        return None if told is None else Theirs.model_validate(told)

    @property
    def is_to_be_told(self) -> bool:
        """Whether its workflow is: once, since news interrupt it, but each time again where it is gone."""
        is_due = self.hinted_at is None or self.kind == "stopped"
        return self.hint and self.opened_at is None and is_due

    @property
    def do(self) -> str:
        """What a person is to do."""
        return DO[self.kind]

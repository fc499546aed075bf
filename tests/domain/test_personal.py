"""What of a case is about people: every field of text is told apart, and what nobody knows is hidden."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, JsonValue

from domain.kinds import KINDS
from domain.personal import MASK, PERSONAL, PLAIN, masked, text_fields
from domain.records import CaseSummary
from domain.refund_events import REFUND_EVENTS
from starters.explanation import Explanation

OUTSIDE = ("terms", "clocks")
"""Of a state: its policy, which no view shows, and its clock book, which the view has as rows."""


class Seen(BaseModel):
    by: str
    words: str | None = None


class Line(BaseModel):
    line: str
    reason: Literal["fault", "no_reason"]


class Whole(BaseModel):
    customer_id: str
    stage: str = ""
    at: datetime | None = None
    count: int = 0
    open: bool = True
    lines: dict[str, Line] = {}
    seen: list[Seen] = []
    tags: Annotated[list[str], Field(max_length=3)] = []
    by_name: Annotated[dict[str, Seen], Field(max_length=3)] | None = None
    reason: str = ""
    novelty: str = ""
    facets: dict[str, str] = {}


class Other(BaseModel):
    reason: Literal["fault", "no_reason"]
    stage: str = ""


def test_what_is_about_people_is_hidden_wherever_it_stands() -> None:
    document = Whole(
        customer_id="c-4711",
        stage="review",
        at=datetime(2026, 11, 20, tzinfo=UTC),
        lines={"1": Line(line="1", reason="fault")},
        seen=[Seen(by="a17", words="call 138 0013 8000")],
        tags=["vip"],
        by_name={"Li Na": Seen(by="a17")},
        reason="her neighbour took it in",
        novelty="?",
        facets={"category": "returns"},
    ).model_dump(mode="json")
    assert masked(document, Whole) == {
        **document,
        "customer_id": MASK,
        "seen": [{"by": "a17", "words": MASK}],
        "tags": [MASK],
        "reason": MASK,
        "novelty": MASK,
    }


def test_without_its_model_only_known_names_are_shown() -> None:
    document: dict[str, JsonValue] = {
        "stage": "review",
        "reason": "fault",
        "new": {"by": "a1", "x": ["y", 1, None]},
        "facets": {"a": "b"},
    }
    assert masked(document) == {
        "stage": "review",
        "reason": MASK,
        "new": {"by": "a1", "x": [MASK, 1, None]},
        "facets": {"a": "b"},
    }


def test_of_several_models_the_most_careful_holds() -> None:
    assert masked({"reason": "fault"}, Other) == {"reason": "fault"}
    assert masked({"reason": "fault"}, Other, Whole) == {"reason": MASK}


def test_every_field_of_text_is_known_to_be_plain_or_personal() -> None:
    """A new field fails here: say in `domain/personal.py` which of both it is."""
    found: set[tuple[str, str]] = set()
    for kind in KINDS.values():
        for model in (kind.progress_model, *kind.fold.payloads.values()):
            found.update(text_fields(model))
        found.update((name, field) for name, field in text_fields(kind.state, OUTSIDE))
    for model in (CaseSummary, Explanation, *REFUND_EVENTS):
        found.update(text_fields(model))
    names = {field for _, field in found}
    assert sorted(f"{model}.{field}" for model, field in found if field not in PERSONAL | PLAIN) == []
    assert sorted((PERSONAL | PLAIN) - names) == []
    assert sorted(PERSONAL & PLAIN) == []

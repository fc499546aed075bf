"""Everything that the page of a case says has its words, and everything that it offers can be asked."""

import pytest

from console.forms import FormRejected, fields_of, understood
from console.offers import ALWAYS, OFFERS
from console.timeline import HIDDEN
from console.words import words_of
from domain.complaints.requests import Propose, RecordFinding
from domain.kinds import KINDS
from domain.notice_kinds import CUSTOMER_NOTICES, STAFF_NOTICES
from domain.returns.messages import Inspect, RetryRefund
from starters.updates import updates_of
from tests.console.shapes import READER, shapes_of

WORDS = words_of("en").entries


def test_every_fact_has_a_title() -> None:
    names = {name for kind in KINDS.values() for name in kind.fold.payloads}
    assert {name for name in names if f"fact.{name}" not in WORDS} == set()
    told = {key.removeprefix("fact.") for key in WORDS if key.startswith("fact.")}
    assert told == names


def test_every_notice_and_every_step_has_words() -> None:
    notices = {*CUSTOMER_NOTICES, *STAFF_NOTICES}
    assert {name for name in notices if f"notice.{name}" not in WORDS} == set()
    steps = {f"next.{kind.name}.{waits}" for kind in KINDS.values() for waits in kind.next_steps}
    assert steps <= WORDS.keys()


def test_what_facts_say_has_words() -> None:
    fields, choices = shapes_of(payload for kind in KINDS.values() for payload in kind.fold.payloads.values())
    assert {name for name in fields - HIDDEN if f"field.{name}" not in WORDS} == set()
    assert {value for value in choices if f"choice.{value}" not in WORDS} <= {
        # of clocks and messages, whose titles have words of their own
        *("activated", "breached", "cured", "met", "paused", "resumed", "retargeted", "warned"),
        *("custom_made", "digital_opened", "perishable", "periodical", "hygiene", "near_expiry", "standard"),
        *("key", "ordinary", "potential", "zh-CN", "en"),
    } | {key.removeprefix("value.relation.") for key in WORDS if key.startswith("value.relation.")}


@pytest.mark.parametrize("kind", sorted(OFFERS))
def test_what_is_offered_can_be_asked_and_has_words(kind: str) -> None:
    known = updates_of(KINDS[kind])  # pyright: ignore[reportArgumentType]
    for update in {*(name for names in OFFERS[kind].values() for name in names), *ALWAYS}:
        fields = fields_of(known[update], ("1",))
        wanted = {f"ask.{update}", *(f"field.{each.name}" for each in fields)}
        assert wanted | {f"choice.{value}" for each in fields for value in each.choices} <= WORDS.keys()


def test_a_form_is_the_message_that_it_says() -> None:
    fields = fields_of(Inspect, ("1", "2"))
    sent = {"lines.1.passed": "2", "lines.0.failed": "1", "lines.0.reason": "broken"}
    asked = understood(Inspect, fields, sent, {"inspector": "i"}, READER)
    assert asked == Inspect.model_validate(
        {
            "inspector": "i",
            "lines": [{"line": "1", "failed": 1, "reason": "broken"}, {"line": "2", "passed": 2}],
        }
    )


def test_an_empty_row_is_no_row_and_a_problem_finds_its_own() -> None:
    fields = fields_of(Propose)
    sent = {"reasons": "so", "measures.1.kind": "refund"}
    with pytest.raises(FormRejected) as refused:
        understood(Propose, fields, sent, {"agent": "a"}, READER)
    assert set(refused.value.problems) == {"measures.1.amount_minor"}
    asked = understood(Propose, fields, sent | {"measures.1.amount_minor": "1,200.5"}, {"agent": "a"}, READER)
    assert isinstance(asked, Propose)
    assert [measure.amount_minor for measure in asked.measures] == [120050]


@pytest.mark.parametrize("amount", ["12.345", "a lot", "NaN", "-"])
def test_what_is_no_amount_is_said_at_the_field(amount: str) -> None:
    sent = {"reason": "x", "amount_minor": amount}
    with pytest.raises(FormRejected) as refused:
        understood(RetryRefund, fields_of(RetryRefund), sent, {"by": "a"}, READER)
    assert set(refused.value.problems) == {"amount_minor"}


def test_what_is_missing_inside_is_said_at_its_field() -> None:
    sent = {"finding.party": "carrier"}
    with pytest.raises(FormRejected) as refused:
        understood(RecordFinding, fields_of(RecordFinding), sent, {"agent": "a"}, READER)
    assert set(refused.value.problems) == {"finding.root_cause", "finding.words"}

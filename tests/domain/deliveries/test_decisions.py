"""Given facts, when a request comes, then events or a refusal (sop L4, L5)."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.deliveries import messages as ask
from domain.deliveries.decisions.settlement import (
    decide_out_of_stock,
)
from domain.errors import (
    CaseClosed,
    CaseworkError,
    InvalidRequest,
    OrderNotFound,
    OverCap,
    QuantityExceeds,
    Refused,
    WrongStage,
)
from tests.domain.deliveries.given import (
    CONFIRM,
    FEEDBACK,
    OPENED_AT,
    PHOTO,
    SHIPPED_AT,
    Given,
    Story,
    choose,
    cleared,
    decide_on,
    handled,
    report,
)

BIG = {"lines": [{"line": "1", "sku": "TV-01", "title": "TV", "quantity": 1, "paid_minor": 400_000}]}
ALONE = handled(remedies=["redeliver"], automatic_up_to_minor=None)

AT_ONCE: dict[str, float] = {}
IDENTIFY = ask.Identify(by="a17", kind="loss", reason="carrier_parcel_lost")
AT_FAULT = ask.CarrierAnswered(by="a17", at_fault=True)
AGAIN = ask.PayAgain(by="l1", reason="another account")
NOT_AT_FAULT = ask.CarrierAnswered(by="a17", at_fault=False, reason="signed for", evidence=[PHOTO])


def damaged() -> Story:
    """A damage that the customer may choose about."""
    return Story("damage")


def late() -> Story:
    """A parcel that is looked for."""
    return Story("late")


def contested() -> Story:
    """The customer says lost, the carrier says delivered."""
    return Story("loss", reported_by="customer", last_status="delivered")


def referred() -> Story:
    """Too dear for the policy to decide alone."""
    return Story("damage", bought=BIG).asked(choose("refund"))


def refunded() -> Story:
    """The goods were paid back, the customer was told."""
    return damaged().asked(choose("refund")).paid()


def out_of_stock() -> Story:
    """The goods to be sent once more are out of stock."""
    story = damaged().asked(choose("redeliver"))
    return story.happens(*decide_out_of_stock(story.state, story.now))


@pytest.mark.parametrize(
    ("kind", "given", "facts", "stage"),
    [
        ("late", {}, ["reported", "identified", "investigation_started"], "investigation"),
        ("damage", {}, ["reported", "identified", "offered"], "choice"),
        ("loss", {"rules": ALONE}, ["reported", "identified", "granted"], "settlement"),
        ("returning", {}, ["reported", "identified", "referred"], "decision"),
        ("late", {"reported_by": "customer", "last_status": "delivered"}, ["reported"], "identification"),
        ("damage", {"reported_by": "customer"}, ["reported"], "identification"),
        (
            "damage",
            {"reported_by": "customer", "last_status": "delivered"},
            ["reported", "identified", "offered"],
            "choice",
        ),
        (
            "signed_not_received",
            {"reported_by": "agent"},
            ["reported", "identified", "investigation_started"],
            "investigation",
        ),
        (
            "late",
            {"rules": handled(remedies=["compensate"]), "promised_by": None},
            ["reported", "identified", "referred"],
            "decision",
        ),
    ],
)
def test_what_is_decided_at_once(kind: str, given: dict[str, Any], facts: list[str], stage: str) -> None:
    story = Story(kind, **given)
    assert story.names() == facts
    assert story.state.stage == stage


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"customer_id": "c2"}, OrderNotFound),
        ({"kind": "attempt_failed"}, Refused),
        ({"raised_at": OPENED_AT + timedelta(minutes=6)}, InvalidRequest),
        ({"held": 1}, QuantityExceeds),
        ({"lines": [{"line": "1", "quantity": 4}], "held": 1}, QuantityExceeds),
    ],
)
def test_what_cannot_be_opened(given: dict[str, Any], error: type[CaseworkError]) -> None:
    with pytest.raises(error):
        Story(**given)


@pytest.mark.parametrize(
    ("given", "saying"),
    [
        ({"lines": [{"line": "1", "quantity": 1}, {"line": "1", "quantity": 2}]}, "named twice"),
        ({"promised_by": SHIPPED_AT - timedelta(days=1)}, "promised_by lies before"),
        ({"raised_at": SHIPPED_AT - timedelta(days=1)}, "raised_at lies before"),
        ({"destination": "Zhejiang"}, "destination"),
    ],
)
def test_what_is_no_report(given: dict[str, Any], saying: str) -> None:
    with pytest.raises(ValidationError, match=saying):
        report(**given)


def test_times_need_no_shipping_to_be_told() -> None:
    assert report(shipped_at=None).promised_by is not None


@pytest.mark.parametrize(
    ("given", "command", "facts", "stage"),
    [
        (contested, IDENTIFY, ["identified", "offered"], "choice"),
        (late, IDENTIFY, ["identified", "offered"], "choice"),
        (late, ask.Identify(by="w", kind="late"), ["identified", "offered"], "choice"),
        (
            late,
            ask.Identify(by="w", kind="signed_not_received"),
            ["identified", "investigation_started"],
            None,
        ),
        (late, AT_FAULT, ["carrier_answered", "offered"], "choice"),
        (late, NOT_AT_FAULT, ["carrier_answered", "referred"], "decision"),
        (damaged, choose("redeliver"), ["chosen", "granted"], "settlement"),
        (lambda: Story("damage", bought=BIG), choose("refund"), ["chosen", "referred"], "decision"),
        (referred, decide_on("refund"), ["granted"], "settlement"),
        (referred, decide_on("compensate", amount_minor=900), ["granted"], "settlement"),
        (late, decide_on("redeliver"), ["granted"], "settlement"),
        (referred, decide_on(None), ["declined"], "confirmation"),
        (refunded, CONFIRM, ["confirmed", "closed"], "closed"),
        (refunded, ask.Object(reason="too slow"), ["objected", "referred"], "decision"),
        (damaged, ask.CallOff(), ["cancelled", "closed"], "closed"),
        (
            late,
            ask.CorrectParty(by="l1", party="weather", reason="ice"),
            ["party_corrected"],
            "investigation",
        ),
        (late, ask.CorrectParty(by="l1", party="carrier", reason="as it is"), [], "investigation"),
        (late, ask.AddEvidence(by="a17", evidence=[PHOTO]), ["evidence_added"], "investigation"),
        (
            lambda: late().asked(ask.AddEvidence(by="a17", evidence=[PHOTO])),
            ask.AddEvidence(by="a17", evidence=[PHOTO]),
            [],
            None,
        ),
        (late, ask.Contacted(by="a17", how="phone"), ["customer_told"], None),
        (
            lambda: late().asked(ask.Contacted(by="a17", how="phone")),
            ask.Contacted(by="a17", how="chat"),
            [],
            None,
        ),
        (out_of_stock, choose("refund"), ["chosen"], "settlement"),
        (out_of_stock, choose("redeliver"), ["chosen"], "settlement"),
        (lambda: out_of_stock().asked(choose("redeliver")), choose("refund"), ["chosen"], "settlement"),
        (
            lambda: Story("damage", rules=handled(feedback="written", automatic_up_to_minor=None)).replaced(),
            FEEDBACK,
            ["feedback_given"],
            "confirmation",
        ),
        (
            lambda: damaged().asked(choose("refund")).paid("failed"),
            AGAIN,
            ["refund_started"],
            None,
        ),
    ],
)
def test_what_follows_from_a_request(
    given: Given, command: ask.Command, facts: list[str], stage: str | None
) -> None:
    story = given()
    before = len(story.names())
    story.asked(command)
    assert story.names()[before:] == facts
    assert story.state.stage == (stage or story.state.stage)


@pytest.mark.parametrize(
    ("given", "command", "error"),
    [
        (refunded, IDENTIFY, WrongStage),
        (late, ask.Identify(by="a17", kind="attempt_failed"), Refused),
        (damaged, AT_FAULT, WrongStage),
        (late, choose("refund"), WrongStage),
        (damaged, choose("compensate"), Refused),
        (lambda: damaged().asked(choose("redeliver")), choose("refund"), WrongStage),
        (refunded, decide_on("refund"), WrongStage),
        (lambda: refunded().asked(ask.Object(reason="no")), decide_on("redeliver"), Refused),
        (lambda: Story("damage", promised_by=None), decide_on("compensate"), InvalidRequest),
        (referred, decide_on("compensate", amount_minor=10_001), Refused),
        (
            lambda: (
                late()
                .asked(decide_on("compensate", amount_minor=10_000))
                .paid()
                .asked(ask.Object(reason="no"))
            ),
            decide_on("compensate", amount_minor=5801),
            OverCap,
        ),
        (damaged, FEEDBACK, WrongStage),
        (damaged, CONFIRM, WrongStage),
        (damaged, ask.Object(reason="no"), WrongStage),
        (refunded, ask.CallOff(), WrongStage),
        (damaged, AGAIN, WrongStage),
        (lambda: damaged().asked(choose("refund")), AGAIN, WrongStage),
        (lambda: refunded().asked(CONFIRM), CONFIRM, CaseClosed),
    ],
)
def test_what_is_refused(given: Given, command: ask.Command, error: type[CaseworkError]) -> None:
    with pytest.raises(error):
        given().when(command)


def test_only_a_compensation_has_an_amount() -> None:
    with pytest.raises(ValidationError, match="compensate"):
        decide_on("refund", amount_minor=1)


# A scan that ends it


@pytest.mark.parametrize(
    ("given", "status", "facts", "outcome"),
    [
        (late, "delivered", ["cleared", "closed"], "cleared"),
        (lambda: Story("stalled"), "moving", ["cleared", "closed"], "cleared"),
        (lambda: Story("signed_not_received"), "delivered", ["cleared", "closed"], "cleared"),
        (lambda: late().after(days=2), "delivered", ["cleared", "granted"], None),
        (
            lambda: Story("late", rules=handled(remedies=["refund"], look_into="3 days")).after(days=2),
            "delivered",
            ["cleared", "closed"],
            "cleared",
        ),
        (
            lambda: Story("late", rules=handled(remedies=["compensate"], look_into="3 days")).after(days=2),
            "delivered",
            ["cleared", "referred"],
            None,
        ),
        (lambda: Story("loss").asked(choose("refund")), "delivered", ["cleared"], None),
        (
            lambda: (
                Story("loss", promised_by=None).asked(choose("refund")).paid().asked(ask.Object(reason="no"))
            ),
            "delivered",
            ["cleared", "closed"],
            "refunded",
        ),
    ],
)
def test_what_a_scan_ends(given: Given, status: str, facts: list[str], outcome: str | None) -> None:
    story = given()
    before = len(story.names())
    story.asked(cleared(story, status))
    assert story.names()[before:] == facts
    assert story.state.outcome == outcome
    assert story.told()[-1] == "delivery_cleared"


@pytest.mark.parametrize(
    ("given", "scan", "error"),
    [
        (damaged, ("delivered", AT_ONCE), Refused),
        (late, ("moving", AT_ONCE), Refused),
        (late, ("delivered", {"minutes": -6}), InvalidRequest),
        (late, ("delivered", {"days": 5}), InvalidRequest),
    ],
)
def test_what_a_scan_cannot_end(
    given: Given, scan: tuple[str, dict[str, float]], error: type[CaseworkError]
) -> None:
    story = given()
    with pytest.raises(error):
        story.when(cleared(story, scan[0], **scan[1]))


def test_a_scan_ends_it_once_and_is_dated_by_itself() -> None:
    story = Story("loss", shipped_at=None).asked(choose("refund"))
    story.now += timedelta(hours=3)
    story.asked(cleared(story, hours=1))
    assert not story.when(cleared(story))
    assert story.state.arrived_at == story.now - timedelta(hours=1)
    assert story.facts[-1].record.at == story.now - timedelta(hours=1)

"""Claims against carriers: given facts, when a request or time comes, then events (sop L6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.carrier_claims import messages as ask
from domain.carrier_claims.decisions import (
    decide,
    decide_due,
    decide_filed,
    decide_filing_refused,
    decide_open,
    decide_reopen,
    decide_seen,
    decide_withdrawal_heard,
    next_deadline,
)
from domain.carrier_claims.events import Closed
from domain.carrier_claims.evolve import FOLD
from domain.carrier_claims.kind import CLAIM, notices_of
from domain.carrier_claims.opening import Prepared
from domain.carrier_claims.requests import ClaimReply, income_of, wanted_claim
from domain.carrier_claims.state import ClaimState, claim_key
from domain.carrier_claims.views import facets, progress, waiting_for
from domain.cases.events import CaseEvent
from domain.cases.folding import Fact
from domain.cases.messages import Reopen
from domain.cases.readings import clock_rows
from domain.errors import (
    CaseClosed,
    CaseworkError,
    CurrencyMismatch,
    InvalidRequest,
    OrderNotFound,
    Refused,
    WrongStage,
)
from domain.policy import CaseProfile, Policy
from domain.policy.delivery_terms import ClaimTerms
from tests.domain.deliveries.given import HASH, PHOTO
from tests.domain.returns.given import CHINA, CONTENT, OPENED_AT, order

OTHER = ask.Evidence(reference="invoices/3", sha256=HASH)
TERMS = Policy.model_validate(CONTENT).pin(ClaimTerms, CaseProfile(kind="claim"), OPENED_AT, {"cn": CHINA})


class Story:
    """A claim under test."""

    def __init__(self, **given: Any) -> None:
        asked: dict[str, Any] = {
            "order_id": "SO-1",
            "customer_id": "c1",
            "exception": "loss",
            "carrier": "swift",
            "tracking_no": "SW123456",
            "shipped_at": OPENED_AT - timedelta(days=10),
            "amount_minor": 15000,
            "currency": "CNY",
            "evidence": [PHOTO],
        }
        request = ask.ClaimRequest.model_validate({**asked, **given})
        self.now = OPENED_AT
        self.facts: list[Fact] = []
        self.state: ClaimState = CLAIM.blank("claim:m1:D-1-C1", TERMS)
        prepared = Prepared(order=order(), terms=TERMS, terms_hash="t")
        self.happens(*decide_open(request, prepared, "h", self.now))

    def happens(self, *events: CaseEvent) -> "Story":
        self.state, facts = FOLD.record(self.state, events, self.now, "system")
        self.facts += facts
        return self

    def filed(self) -> "Story":
        return self.happens(*decide_filed(self.state.revision, "ref-1"))

    def asked(self, *commands: ask.Command) -> "Story":
        for command in commands:
            self.happens(*decide(self.state, command, self.now))
        return self

    def after(self, **span: float) -> "Story":
        self.now += timedelta(**span)
        return self.happens(*decide_due(self.state, self.now))

    def names(self) -> list[str]:
        types = [fact.record.type for fact in self.facts if fact.record.type != "clock.changed"]
        return [name.removeprefix("claim.") for name in types]


Given = Callable[[], Story]


def replied(state: str, **more: Any) -> ask.CarrierReplied:
    return ask.CarrierReplied.model_validate({"by": "swift", "state": state, **more})


PROVE = ask.ProveClaim(by="a17", evidence=[OTHER])
SAME = ask.ProveClaim(by="a17", evidence=[PHOTO])
APPEAL = ask.AppealClaim(by="a17", reason="the photo shows it", evidence=[OTHER])
WITHDRAW = ask.WithdrawClaim(by="a17", reason="it came")
WANTED, DENIED = replied("evidence_wanted", reason="an invoice"), replied("denied", reason="well packed?")
ACCEPTED, PAID = replied("accepted", amount_minor=9000), replied("paid", amount_minor=9000)


def filed() -> Story:
    return Story().filed()


def denied() -> Story:
    return filed().asked(DENIED)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"customer_id": "c2"}, OrderNotFound),
        ({"currency": "GBP"}, CurrencyMismatch),
        ({"amount_minor": 15801}, Refused),
        ({"shipped_at": OPENED_AT + timedelta(hours=1)}, InvalidRequest),
    ],
)
def test_what_cannot_be_claimed(given: dict[str, Any], error: type[CaseworkError]) -> None:
    with pytest.raises(error):
        Story(**given)


@pytest.mark.parametrize(
    ("given", "command", "facts", "stage"),
    [
        (filed, WANTED, ["evidence_wanted"], "evidence"),
        (lambda: filed().asked(WANTED), WANTED, [], "evidence"),
        (lambda: filed().asked(WANTED), PROVE, ["evidence_given"], "filing"),
        (filed, PROVE, ["evidence_given"], "filing"),
        (filed, SAME, [], "answer"),
        (filed, ACCEPTED, ["accepted"], "payment"),
        (lambda: filed().asked(ACCEPTED), ACCEPTED, [], "payment"),
        (filed, DENIED, ["denied"], "denied"),
        (denied, DENIED, [], "denied"),
        (denied, APPEAL, ["appealed"], "filing"),
        (lambda: denied().asked(APPEAL).filed(), DENIED, ["denied", "closed"], "closed"),
        (lambda: Story(carrier="other").filed(), DENIED, ["denied", "closed"], "closed"),
        (Story, PAID, ["paid"], "booking"),
        (lambda: filed().asked(PAID), PAID, [], "booking"),
        (Story, WITHDRAW, ["withdrawn"], "withdrawal"),
        (lambda: filed().asked(WITHDRAW), WITHDRAW, [], "withdrawal"),
    ],
)
def test_what_follows(given: Given, command: ask.Command, facts: list[str], stage: str) -> None:
    story = given()
    before = len(story.names())
    story.asked(command)
    assert story.names()[before:] == facts
    assert story.state.stage == stage


@pytest.mark.parametrize(
    ("given", "command", "error"),
    [
        (lambda: filed().asked(WANTED), SAME, Refused),
        (denied, PROVE, WrongStage),
        (Story, WANTED, WrongStage),
        (filed, replied("accepted", amount_minor=15001), InvalidRequest),
        (filed, replied("denied", at=OPENED_AT + timedelta(hours=1)), InvalidRequest),
        (filed, APPEAL, WrongStage),
        (lambda: filed().asked(PAID), WITHDRAW, WrongStage),
        (lambda: filed().asked(WITHDRAW), PAID, WrongStage),
        (lambda: denied().asked(APPEAL).filed().asked(DENIED), PAID, CaseClosed),
    ],
)
def test_what_is_refused(given: Given, command: ask.Command, error: type[CaseworkError]) -> None:
    story = given()
    with pytest.raises(error):
        decide(story.state, command, story.now)


@pytest.mark.parametrize("wrong", [{"state": "paid"}, {"state": "denied", "amount_minor": 1}])
def test_only_money_has_an_amount(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="amount_minor"):
        replied(**wrong)


@pytest.mark.parametrize(
    ("given", "days", "outcome"),
    [
        (lambda: filed().asked(WANTED), 6, None),
        (lambda: filed().asked(WANTED), 8, "expired"),
        (denied, 15, "denied"),
        (filed, 90, None),
        (lambda: filed().asked(ACCEPTED), 90, None),
    ],
)
def test_what_time_brings_about(given: Given, days: int, outcome: str | None) -> None:
    assert given().after(days=days).state.outcome == outcome


def test_the_carriers_time_runs_from_shipping_and_is_each_carriers_own() -> None:
    def window(story: Story) -> Any:
        return next(row for row in clock_rows(story.state, story.now) if row.name == "filing_window")

    swift, harbour = window(Story()), window(Story(carrier="harbour"))
    assert swift.started_at == OPENED_AT - timedelta(days=10)
    assert swift.due_at == Story().state.file_by
    assert harbour.due_at - swift.due_at == timedelta(days=30)
    assert window(filed()).verdict == "met"


def test_a_claim_that_comes_after_the_carriers_time_is_closed_at_once() -> None:
    story = Story(shipped_at=OPENED_AT - timedelta(days=31))
    assert story.names() == ["opened", "expired", "closed"]
    assert CLAIM.opening_answer(story.state).outcome == "expired"


@pytest.mark.parametrize(
    ("reason", "facts", "outcome"),
    [
        ("not_our_parcel", ["refused", "closed"], "refused"),
        ("claim_too_late", ["refused", "expired", "closed"], "expired"),
    ],
)
def test_a_carrier_may_take_no_such_claim(reason: str, facts: list[str], outcome: str) -> None:
    story = Story().happens(*decide_filing_refused(reason))
    assert story.names()[-len(facts) :] == facts
    assert story.state.outcome == outcome


def test_what_is_filed_after_a_withdrawal_stays_withdrawn() -> None:
    assert Story().asked(WITHDRAW).filed().state.stage == "withdrawal"


@pytest.mark.parametrize(
    ("given", "facts", "stage"),
    [
        (lambda: denied().after(days=15), ["claim.reopened"], "answer"),
        (lambda: Story().happens(*decide_filing_refused("x")), ["claim.reopened"], "filing"),
        (filed, [], "answer"),
    ],
)
def test_a_closed_claim_may_go_on(given: Given, facts: list[str], stage: str) -> None:
    story = given()
    events = decide_reopen(story.state, Reopen(reason="by_ops", by="ops"))
    assert [event.name for event in events] == facts
    assert story.happens(*events).state.stage == stage


def test_what_was_paid_is_over_and_news_alone_reopen_nothing() -> None:
    story = filed().asked(PAID).happens(Closed(outcome="paid"))
    with pytest.raises(WrongStage):
        decide_reopen(story.state, Reopen(reason="by_ops", by="ops"))
    assert decide_reopen(story.state, Reopen(reason="linked_reported", by="x")) == []


@pytest.mark.parametrize(
    ("merchant", "number", "key"),
    [
        ("m1", "D-1-C1", "cl-m1-D-1-C1"),
        ("m-1", "D-1", "cl-m-1-D-1_"),
        ("m1", "D" * 40, "cl-m1-DDDDDDDDDDDDDDDDDDDDD_"),
        ("m1", "D.1", "cl-m1-D-1_"),
    ],
)
def test_a_claims_key_is_short_and_its_own(merchant: str, number: str, key: str) -> None:
    assert claim_key(merchant, number).startswith(key)
    assert len(claim_key(merchant, number)) <= 40
    assert claim_key("a-b", "c") != claim_key("a", "b-c")


def test_what_the_carrier_is_told_and_what_is_known_of_its_answer() -> None:
    assert wanted_claim(denied().state).expects == []
    wanted = wanted_claim(denied().asked(APPEAL).state)
    assert (wanted.filing.revision, wanted.filing.appeal) == (2, "the photo shows it")
    assert wanted.filing.evidence == [PHOTO, OTHER]
    assert wanted_claim(filed().state).expects == ["evidence_wanted", "accepted", "denied", "paid"]
    assert wanted_claim(filed().asked(ACCEPTED).state).expects == ["denied", "paid"]


@pytest.mark.parametrize(
    ("reply", "fact", "amount"),
    [
        ({"state": "accepted", "amount_minor": 20_000}, "claim.accepted", 15_000),
        ({"state": "denied", "reason": "well packed?"}, "claim.denied", None),
        ({"state": "paid", "amount_minor": 9_000}, "claim.paid", 9_000),
    ],
)
def test_what_was_seen_at_the_carrier_is_its_word(
    reply: dict[str, Any], fact: str, amount: int | None
) -> None:
    story = filed()
    seen = ClaimReply.model_validate({"reference": "ref-1", "at": story.now + timedelta(days=1), **reply})
    [event] = decide_seen(story.state, seen, story.now)
    assert event.name == fact
    assert getattr(event, "amount_minor", None) == amount


@pytest.mark.parametrize(
    ("reply", "facts", "stage"),
    [
        (None, ["closed"], "closed"),
        ({"state": "withdrawn"}, ["closed"], "closed"),
        ({"state": "paid"}, ["closed"], "closed"),  # an amount that nobody tells cannot be booked
        ({"state": "paid", "amount_minor": 9_000}, ["paid"], "booking"),
    ],
)
def test_what_the_carrier_has_paid_when_it_is_taken_back_is_booked(
    reply: dict[str, Any] | None, facts: list[str], stage: str
) -> None:
    story = filed().asked(WITHDRAW)
    before = len(story.names())
    given = {"reference": "ref-1", "at": story.now + timedelta(days=1), **reply} if reply else None
    heard = ClaimReply.model_validate(given) if given else None
    story.happens(*decide_withdrawal_heard(heard, story.now))
    assert story.names()[before:] == facts
    assert story.state.stage == stage


def test_the_income_is_what_was_paid_when_it_was_paid() -> None:
    at = OPENED_AT + timedelta(days=2)
    story = filed()
    story.now = OPENED_AT + timedelta(days=3)
    story.asked(replied("paid", amount_minor=9000, at=at))
    income = income_of(story.state)
    assert (income.key, income.amount_minor, income.received_at) == ("cl-m1-D-1-C1", 9000, at)
    assert story.facts[-1].record.at == at or story.facts[-2].record.at == at


def test_what_others_see() -> None:
    assert waiting_for(filed().state) == "carrier"
    assert progress(Story().state).until == Story().state.file_by
    assert progress(denied().state).until == next_deadline(denied().state)[0]  # type: ignore[index]
    assert progress(denied().state).next == "appeal"
    assert progress(filed().state).until is None
    assert facets(Story(lane="CN-44>CN-33").state) == {
        "exception": "loss",
        "carrier": "swift",
        "party": "carrier",
        "lane": "CN-44>CN-33",
    }
    assert CLAIM.headline(filed().state) == "Claim D-1-C1 against swift, order SO-1"
    assert {CLAIM.actor_of(PAID), CLAIM.actor_of(PROVE)} == {"carrier:swift", "staff:a17"}
    assert CLAIM.opening_answer(Story().state).outcome is None


def test_no_customer_hears_of_a_claim() -> None:
    story = denied()
    assert not [
        notice
        for fact in story.facts
        for notice in notices_of(story.state, fact, story.now)
        if notice.customer_id
    ]


def test_the_start_says_what_it_is_about() -> None:
    asked = {
        "order_id": "SO-1",
        "customer_id": "c1",
        "exception": "loss",
        "carrier": "swift",
        "tracking_no": "SW123456",
        "shipped_at": "2026-11-01T10:00:00+08:00",
        "amount_minor": 100,
        "currency": "CNY",
    }
    start = ask.OpenClaim.model_validate({"merchant": "m1", "number": "C-1", "claim": asked})
    assert start.headline() == "Claim C-1 of m1 against swift"
    assert start.page() == "loss, parcel swift SW123456: 100 CNY (minor units)"
    start = ask.OpenClaim.model_validate(
        {"merchant": "m1", "number": "C-1", "reopen": {"reason": "by_ops", "by": "ops"}}
    )
    assert start.page() == start.headline() == "Claim C-1 of m1"

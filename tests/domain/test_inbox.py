"""What becomes of a webhook that cannot be applied: tried again, given up, or a letter for a person."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import CaseNotFound, CaseworkError, InvalidRequest, NoAnswer, WrongStage
from domain.inbox import AskReturn, InboxState, LookAtParcel, Patience, WatchParcel, judge, pause_after
from domain.returns.messages import Receive
from domain.shipments.messages import OpenShipment, Parcel

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
PATIENCE = Patience(
    tries_max=5,
    pause=timedelta(seconds=2),
    pause_max=timedelta(seconds=10),
    unknown_for=timedelta(hours=1),
    gap_for=timedelta(hours=1),
    kept_for=timedelta(days=90),
)


@pytest.mark.parametrize(
    ("error", "is_hint", "tries", "waited", "state"),
    [
        (NoAnswer(), False, 1, timedelta(), "waiting"),
        (NoAnswer(), False, 4, timedelta(days=2), "waiting"),
        (NoAnswer(), False, 5, timedelta(), "dead"),
        (NoAnswer(), True, 5, timedelta(), "ignored"),
        (CaseworkError(), False, 1, timedelta(), "waiting"),
        (WrongStage(), False, 1, timedelta(), "dead"),
        (InvalidRequest(), False, 1, timedelta(), "dead"),
        (CaseNotFound(), False, 1, timedelta(), "dead"),
        (CaseNotFound(), True, 1, timedelta(minutes=59), "waiting"),
        (CaseNotFound(), True, 1, timedelta(hours=1), "ignored"),
        (WrongStage(), True, 1, timedelta(), "ignored"),
    ],
)
def test_an_answer_ends_it_and_an_outage_puts_it_off(
    error: CaseworkError, is_hint: bool, tries: int, waited: timedelta, state: InboxState
) -> None:
    verdict = judge(error, is_hint=is_hint, tries=tries, since=NOW - waited, now=NOW, patience=PATIENCE)
    assert verdict.state == state
    assert verdict.try_at == (NOW + pause_after(tries, PATIENCE) if state == "waiting" else None)


def test_pauses_double_up_to_the_longest() -> None:
    seconds = [pause_after(tries, PATIENCE).total_seconds() for tries in (1, 2, 3, 4, 1000)]
    assert seconds == [2, 4, 8, 10, 10]


def test_a_wish_is_about_a_case() -> None:
    parcel = Parcel(order_id="SO-1", customer_id="c1", carrier="swift", tracking_no="SW-1", shipped_at=NOW)
    watch = WatchParcel(start=OpenShipment(merchant="m1", number="swift.SW-1", parcel=parcel))
    look = LookAtParcel(merchant="m1", carrier="swift", tracking_no="SW-1")
    assert watch.about == look.about == "shipment:m1:swift.SW-1"
    assert AskReturn(case_id="return:m1:R-1", request=Receive(warehouse="w1")).about == "return:m1:R-1"

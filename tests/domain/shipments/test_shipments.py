"""The watch over a parcel: milestones, silence and lateness, late scans, weather, the end."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.cases.events import Linked
from domain.cases.links import Cause
from domain.cases.messages import Reopen
from domain.cases.relief import GrantRelief
from domain.cases.views import summarise
from domain.errors import CaseClosed, InvalidRequest, OrderNotFound
from domain.parcels import ParcelStatus, Scan
from domain.policy.parcel_rules import ParcelRules
from domain.shipments import events as facts
from domain.shipments import messages as ask
from domain.shipments.cases import case_of, cleared_message, delivery_start, opens_case
from domain.shipments.decisions import (
    actor_of,
    decide_due,
    decide_open,
    decide_reopen,
    decide_scans,
    next_deadline,
)
from domain.shipments.evolve import FOLD
from domain.shipments.kind import SHIPMENT
from domain.shipments.opening import Prepared
from domain.shipments.views import opening_answer, progress
from tests.domain.shipments.given import SHIPPED_AT, Story, parcel, sent, terms

STORM = GrantRelief(
    by="lead-1", window="typhoon-1", region="CN-33", reason="typhoon", until=SHIPPED_AT + timedelta(days=4)
)


def test_l1_the_method_of_the_order_says_what_is_promised_and_how_long_is_too_long() -> None:
    plain, express = Story(), Story(method="express")
    assert plain.state.promised_by is not None
    assert plain.state.promised_by.isoformat() == "2026-11-24T00:00:00+08:00"  # the end of the seventh day
    assert express.state.promised_by is not None
    assert express.state.promised_by.isoformat() == "2026-11-20T00:00:00+08:00"
    assert express.state.journey.thresholds.stall == "24h"
    assert Story(method="drone").state.journey.thresholds == plain.state.journey.thresholds
    assert Story(destination="CN-65").state.journey.thresholds.lost == "15d"
    own = SHIPPED_AT + timedelta(days=2)
    assert Story(promised_by=own).state.promised_by == own
    unpromised = {
        "methods": {"post": {"thresholds": plain.state.journey.thresholds.model_dump()}},
        "other_method": "post",
    }
    assert Story(rules=unpromised).state.promised_by is None


def test_l3_each_milestone_is_told_once() -> None:
    story = Story().after(hours=2).scanned("picked_up").after(hours=20).scanned("in_transit")
    story.after(hours=20).scanned("out_for_delivery").scanned("out_for_delivery", hours=1).after(hours=3)
    story.scanned("delivered")
    assert story.told() == ["parcel_picked_up", "parcel_out_for_delivery", "parcel_delivered"]
    assert story.names()[-1] == "closed delivered"
    assert story.state.outcome == "delivered"


def test_nobody_is_told_of_a_milestone_that_a_later_one_has_overtaken() -> None:
    story = Story().after(days=1)
    story.scans = [Scan(status="picked_up", at=SHIPPED_AT), Scan(status="ready_for_pickup", at=story.now)]
    story.happens(*decide_scans(story.state, story.scans, story.now))
    assert story.told() == ["parcel_arrived"]
    assert story.names()[-2:] == ["milestone_reached picked_up", "milestone_reached arrived"]


def test_a_scan_that_decides_nothing_is_no_fact() -> None:
    story = Story().after(hours=2).scanned("picked_up").after(hours=3).scanned("in_transit")
    before = len(story.facts)
    story.after(hours=1).scanned("in_transit", hours=1)
    assert decide_scans(story.state, story.scans, story.now) == []
    assert len(story.facts) <= before + 1


def test_l4_silence_and_lateness_are_raised_at_their_instant_and_cleared_by_the_scan_that_ends_them() -> None:
    story = Story().after(hours=30)
    assert story.names() == ["opened", "scanned"] or story.names() == [
        "opened",
        "exception_raised not_picked_up",
    ]
    story.scanned("picked_up").after(hours=49)
    assert "exception_cleared not_picked_up" in story.names()
    assert story.names()[-1] == "exception_raised stalled"
    story.after(days=8).scanned("delivered")
    assert (
        story.names()[-4:]
        == [
            "exception_cleared late",
            "exception_cleared lost",
            "milestone_reached delivered",
            "closed delivered",
        ]
        or story.names()[-1] == "closed delivered"
    )
    assert {each.kind for each in story.state.book.exceptions if each.cleared_at is None} == set()


def test_a_late_scan_takes_back_what_never_was() -> None:
    story = Story().scanned("picked_up").after(hours=50)
    assert story.names()[-1] == "exception_raised stalled"
    story.scanned("in_transit", hours=10)
    assert story.names()[-1] == "exception_withdrawn stalled"
    story.after(hours=45).scanned("in_transit", hours=45 + 20)
    assert (
        FOLD.fold(SHIPMENT.blank(story.state.case_id, story.state.terms), [f.record for f in story.facts])
        == story.state
    )


def test_a_silence_that_began_earlier_is_dated_anew() -> None:
    story = Story().scanned("picked_up").after(hours=60)
    story.scanned("in_transit", hours=55)
    assert "exception_redated stalled" in story.names()
    [case] = [each for each in story.state.raised if each.kind == "stalled"]
    assert case.raised_at == SHIPPED_AT + timedelta(hours=5 + 48)


def test_an_exception_asks_for_the_policy_that_the_parcel_asked_for() -> None:
    """What stood in for it when the parcel was sent may be over by now."""
    story = Story(policy="everyday").after(hours=1).scanned("exception", "carrier_damaged_parcel")
    raised = story.facts[-1].event
    assert isinstance(raised, facts.ExceptionRaised)
    start = delivery_start(story.state, raised)
    assert start.exception is not None
    assert (start.exception.policy, story.state.policy) == ("everyday", "standard")


def test_what_goes_wrong_becomes_a_case_and_one_trouble_is_one_case() -> None:
    story = Story().scanned("picked_up").after(hours=1).scanned("exception", "carrier_damaged_parcel")
    raised = story.facts[-1].event
    assert isinstance(raised, facts.ExceptionRaised)
    assert opens_case(story.state, raised)
    start = delivery_start(story.state, raised)
    assert (start.case_id, start.cause) == (
        "delivery:m1:swift.SW123456-1",
        Cause(case_id="shipment:m1:swift.SW123456"),
    )
    assert start.exception is not None
    assert (start.exception.kind, start.exception.reported_by) == ("damage", "watch")
    story.happens(Linked(case_id=start.case_id, relation="started"))
    story.happens(facts.CaseOpened(number=1, case_id=start.case_id))
    story.after(hours=49)
    stalled = next(
        f.event for f in story.facts if isinstance(f.event, facts.ExceptionRaised) and f.event.number == 2
    )
    assert not opens_case(story.state, stalled)
    assert not opens_case(Story(leg="return").state, raised)
    assert not opens_case(story.state, raised.model_copy(update={"kind": "attempt_failed"}))


def test_a_case_hears_that_a_scan_ended_its_exception() -> None:
    story = Story().scanned("picked_up").after(days=9)
    lost = next(
        f.event for f in story.facts if isinstance(f.event, facts.ExceptionRaised) and f.event.kind == "lost"
    )
    story.happens(facts.CaseOpened(number=lost.number, case_id="delivery:m1:D-1"))
    story.happens(facts.CaseOpened(number=1, case_id="delivery:m1:D-0", refusal="refused"))
    story.scanned("delivered")
    cleared = [f.event for f in story.facts if isinstance(f.event, facts.ExceptionCleared)]
    told = {each.kind: case_of(story.state, each) for each in cleared}
    assert told["lost"] is not None
    assert told["lost"].case_id == "delivery:m1:D-1"
    assert told["stalled"] is None
    [ended] = [each for each in cleared if each.kind == "lost"]
    assert cleared_message(story.state, ended).status == "delivered"


def test_a_parcel_that_moves_again_is_told_as_moving() -> None:
    story = Story().scanned("picked_up").after(hours=50).scanned("in_transit", hours=10)
    withdrawn = story.facts[-1].event
    assert isinstance(withdrawn, facts.ExceptionWithdrawn)
    assert cleared_message(story.state, withdrawn).status == "moving"


def test_l7_extreme_weather_excuses_silence_and_moves_the_promise() -> None:
    story = (
        Story(promised_by=SHIPPED_AT + timedelta(days=3)).scanned("picked_up").after(hours=12).asked(STORM)
    )
    assert story.told() == ["parcel_picked_up", "extreme_weather"]
    assert next_deadline(story.state) == (STORM.until, "end of the extreme weather")
    story.after(days=4)
    assert "relief_ended" in story.names()
    assert not any(name.startswith("exception") for name in story.names())
    promised = story.state.journey.promised_by
    assert promised == SHIPPED_AT + timedelta(days=3) + timedelta(days=3, hours=12)
    story.after(days=3)
    assert "exception_raised stalled" in story.names()
    assert actor_of(STORM) == "weather:lead-1"


def test_a_window_that_is_moved_is_told_once_and_one_on_the_way_back_not_at_all() -> None:
    story = Story().asked(STORM).asked(STORM.model_copy(update={"until": SHIPPED_AT + timedelta(days=5)}))
    assert story.told() == ["extreme_weather"]
    assert story.names().count("relief_granted") == 2
    assert Story(leg="return").scanned("picked_up").asked(STORM).told() == []


def test_weather_that_ends_after_the_parcel_came_changes_nothing_any_more() -> None:
    story = Story().asked(STORM).after(hours=1).scanned("delivered")
    assert story.state.outcome == "delivered"
    ended = story.happens(facts.ReliefEnded(windows=["typhoon-1"]))
    assert ended.state.book.scans[-1].status == "delivered"


@pytest.mark.parametrize("end", ["delivered", "returned"])
def test_a_parcel_that_came_during_the_weather_and_is_seen_after_it_has_come(end: ParcelStatus) -> None:
    """The end of the weather is noted as of then, later than the scan that tells of the parcel's end."""
    story = Story(promised_by=SHIPPED_AT + timedelta(days=9)).scanned("picked_up").asked(STORM).after(days=4)
    assert "relief_ended" in story.names()
    assert story.scanned(end, hours=40).state.outcome == end


def test_nobody_asks_for_ever() -> None:
    story = Story().scanned("picked_up").after(days=31)
    assert (story.state.outcome, story.names()[-1]) == ("given_up", "closed given_up")
    assert next_deadline(story.state) is None
    assert decide_scans(story.state, [Scan(status="delivered", at=story.now)], story.now) == []
    reopened = decide_reopen(story.state, Reopen(reason="by_ops", by="o"))
    assert story.happens(*reopened).state.open
    assert decide_reopen(story.state, Reopen(reason="by_ops", by="o")) == []


def test_a_parcel_that_comes_back_ends_the_watch() -> None:
    story = (
        Story().scanned("picked_up").after(hours=3).scanned("returning").after(hours=3).scanned("returned")
    )
    assert story.state.outcome == "returned"


def test_another_day_is_promised_but_none_before_the_parcel_was_sent() -> None:
    later = SHIPPED_AT + timedelta(days=20)
    story = Story().asked(ask.Promise(by="s1", promised_by=later, reason="the customer is away"))
    assert story.state.promised_by == later
    assert actor_of(ask.StopWatching(by="s1", reason="x")) == "staff:s1"
    with pytest.raises(InvalidRequest, match="before the parcel was sent"):
        story.asked(ask.Promise(by="s1", promised_by=SHIPPED_AT - timedelta(days=1), reason="no"))


def test_a_watch_may_be_stopped_and_takes_nothing_then() -> None:
    story = Story().asked(ask.StopWatching(by="s1", reason="handed over in person"))
    assert story.state.outcome == "stopped"
    assert decide_due(story.state, story.now) == []
    with pytest.raises(CaseClosed):
        story.asked(ask.StopWatching(by="s1", reason="again"))


def test_whoever_looks_too_early_finds_nothing() -> None:
    story = Story()
    assert decide_due(story.state, story.now) == []


def test_bad_parcels_are_refused() -> None:
    prepared = Prepared(order=sent(), terms=terms(), terms_hash="t")
    with pytest.raises(OrderNotFound):
        decide_open(parcel(customer_id="c9"), prepared, "h", SHIPPED_AT)
    with pytest.raises(InvalidRequest, match="lies in the future"):
        decide_open(parcel(), prepared, "h", SHIPPED_AT - timedelta(hours=1))
    with pytest.raises(ValidationError, match="promised_by lies before shipped_at"):
        parcel(promised_by=SHIPPED_AT - timedelta(hours=1))
    with pytest.raises(ValidationError, match=r"is numbered swift\.SW123456"):
        ask.OpenShipment(merchant="m1", number="7", parcel=parcel())
    with pytest.raises(ValidationError, match="there is no method post"):
        ParcelRules.model_validate({**terms().parcels.model_dump(), "other_method": "post"})


def test_what_others_see_of_it() -> None:
    story = Story(origin=None).scanned("picked_up").after(hours=1)
    assert opening_answer(Story().state).promised_by is not None
    story.scanned("exception", "weather_delay")
    seen = progress(story.state)
    assert (seen.status, list(seen.milestones)) == ("exception", ["picked_up"])
    row = summarise(SHIPMENT, story.state)
    assert row.facets == {
        "carrier": "swift",
        "tracking_no": "SW123456",
        "leg": "outbound",
        "method": "standard",
        "region": "CN-33",
        "status": "exception",
        "reason": "weather_delay",
        "party": "weather",
    }
    assert (row.kind, row.waiting_for) == ("shipment", "carrier")
    blank = SHIPMENT.blank("shipment:m1:swift.SW123456", terms())
    assert (SHIPMENT.waiting_for(blank), SHIPMENT.waiting_for(Story().scanned("delivered").state)) == (
        "system",
        None,
    )
    start = ask.OpenShipment(merchant="m1", number="swift.SW123456", parcel=parcel())
    assert "outbound parcel swift.SW123456" in start.headline()
    assert "standard with swift" in start.page()
    late = ask.OpenShipment(merchant="m1", number="swift.SW123456", parcel=parcel(promised_by=SHIPPED_AT))
    assert "promised by 2026-11-16" in late.page()
    again = ask.OpenShipment(merchant="m1", number="x", reopen=Reopen(reason="by_ops", by="o"))
    assert again.page() == again.headline()
    assert SHIPMENT.headline(story.state).startswith("Parcel swift SW123456 of order SO-1")
    assert "on its way back" in SHIPMENT.headline(Story(leg="return").state)

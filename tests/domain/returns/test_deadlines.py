"""What time alone brings about, and the clocks on the way."""

from datetime import timedelta

from domain.cases.events import ClockChanged
from domain.returns import events as facts
from domain.returns import messages as ask
from domain.returns.deadlines import decide_due, lost_unseen_at, next_deadline
from domain.returns.decisions.settlement import decide_out_of_stock
from domain.returns.decisions.shipping import decide_parcel_seen
from domain.returns.evolve import FOLD
from domain.returns.kind import RETURN
from domain.sla import ClockBook, observe, rows
from tests.domain.returns.given import APPROVE, OPENED_AT, SHIP, Story, inspected

LABEL = facts.LabelMade(carrier="swift", tracking_no="SW123456", url="https://labels.example/1")


def due(story: Story) -> list[str]:
    """What happens when the next deadline comes."""
    deadline = next_deadline(story.state)
    assert deadline is not None
    assert decide_due(story.state, deadline[0] - timedelta(microseconds=1)) == []
    story.now = deadline[0]
    events = decide_due(story.state, story.now)
    story.happens(*events)
    return [event.name for event in events]


def test_a_customer_who_sends_nothing_is_reminded_twice_and_then_the_case_expires():
    story = Story().asked(APPROVE)
    assert due(story) == ["return.reminded"]
    assert due(story) == ["return.reminded"]
    assert due(story) == ["return.expired", "return.closed"]
    assert (story.state.outcome, next_deadline(story.state)) == ("expired", None)


def silent(story: Story) -> list[str]:
    """What happens when the parcel gives no sign for as long as the policy allows."""
    lost_at = lost_unseen_at(story.state)
    assert lost_at is not None
    assert lost_at == story.now + timedelta(days=7)
    seen = decide_parcel_seen(story.state, "silent", story.now, None, lost_at)
    story.happens(*seen)
    return [event.name for event in seen]


def test_a_parcel_of_their_own_that_never_comes_waits_for_an_agent():
    story = Story().asked(APPROVE, SHIP)
    assert silent(story) == ["return.parcel_missing"]
    assert (next_deadline(story.state), lost_unseen_at(story.state)) == (None, None)


def test_a_parcel_with_our_label_that_never_comes_is_paid():
    story = Story().asked(APPROVE).happens(LABEL, facts.Shipped(carrier="swift", tracking_no="SW123456"))
    assert silent(story) == ["return.parcel_missing", "return.parcel_lost"]
    assert story.state.stage == "settlement"


def test_a_parcel_that_nobody_sent_is_not_presumed_lost():
    assert lost_unseen_at(Story().asked(APPROVE).happens(LABEL).state) is None
    assert lost_unseen_at(Story().state) is None


def test_who_does_not_choose_is_refunded():
    story = inspected(kind="exchange")
    story.happens(*decide_out_of_stock(story.state, story.state.lines["1"], story.now))
    assert due(story) == ["return.choice_made"]
    assert story.state.refund_instead


def test_a_policy_may_let_who_does_not_choose_wait():
    exchange = {"choose_within": "3 days", "no_answer_means": "wait", "wait_at_most": "15 days"}
    rules = {"exchange": {**exchange, "ask_stock_every": "6h"}}
    story = inspected(kind="exchange", rules=rules)
    story.happens(*decide_out_of_stock(story.state, story.state.lines["1"], story.now))
    assert due(story) == ["return.choice_made"]
    assert story.state.wait_until is not None


def test_silence_confirms():
    story = inspected().happens(facts.Settled())
    assert due(story) == ["return.confirmed", "return.closed"]
    assert story.state.outcome == "refunded"


def test_nothing_is_due_in_a_stage_that_waits_for_somebody():
    assert next_deadline(Story().state) is None
    assert decide_due(Story().state, OPENED_AT + timedelta(days=99)) == []


def test_a_breach_is_recorded_at_its_own_time_and_once():
    story = Story().after(days=2).happens()
    told = [fact for fact in story.facts if isinstance(fact.event, ClockChanged)]
    [breach] = [fact for fact in told if fact.event.change == "breached" and fact.event.metric == "review"]  # type: ignore[attr-defined]
    assert breach.record.at == OPENED_AT + timedelta(hours=4)
    assert story.state.breached
    before = len(story.facts)
    assert len(story.happens().facts) == before


def test_receiving_counts_from_the_warehouses_word_but_never_from_before_the_case():
    early = OPENED_AT - timedelta(days=1)
    story = Story().after(hours=5).asked(APPROVE, ask.Receive(warehouse="w1", received_at=early))
    [received] = [fact for fact in story.facts if isinstance(fact.event, facts.Received)]
    assert received.record.at == OPENED_AT


def test_the_stored_facts_alone_give_the_same_state_and_the_same_clocks():
    story = Story().after(hours=3).asked(ask.RequestInfo(agent="a", question="?")).after(hours=30)
    story.asked(ask.GiveInfo(answer="!"), APPROVE, SHIP).after(days=2)
    records = [fact.record for fact in story.facts]
    again = FOLD.fold(RETURN.blank("return:m1:R-1", story.state.terms), records)
    assert again == story.state
    assert [FOLD.decode(record) for record in records] == [fact.event for fact in story.facts]
    book, spec = ClockBook(), story.state.terms.clocks
    for record in records:
        book = observe(book, spec, record.type, record.at)
    assert rows(book, spec, story.now) == rows(story.state.clocks, spec, story.now)

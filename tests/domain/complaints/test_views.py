"""What others see of a complaint: who owes the next step, the customer's way, facets, actors."""

from collections.abc import Callable
from typing import Any

import pytest

from domain.cases.kind import Kind
from domain.cases.page import markdown
from domain.cases.views import summarise
from domain.complaints import requests as ask
from domain.complaints.actors import actor_of
from domain.complaints.decisions.solution import decide_payment
from domain.complaints.kind import COMPLAINT
from domain.complaints.record import Evidence
from domain.complaints.state import ComplaintState
from domain.complaints.views import headline, opening_answer, progress, waiting_for
from tests.domain.complaints.given import (
    FILE,
    FIND,
    REVIEW,
    SATISFIED,
    SHA,
    UNHAPPY,
    Story,
    answered,
    propose,
    to_solution,
)

ASK = ask.RequestInfo(agent="a17", question="?")
CARRIER = ask.AskParty(agent="a17", party="carrier", question="?")


def held() -> Story:
    """A refund that a person looks into."""
    story = to_solution().asked(propose({"kind": "refund", "amount_minor": 5}))
    return story.happens(*decide_payment(story.state, story.state.measures[0])).paid(state="held")


def undecided() -> Story:
    """The customer said no twice."""
    story = answered()
    state = story.state.model_copy(update={"round": 2})
    story.state = state
    return story.asked(UNHAPPY)


WAITING: list[tuple[Callable[[], Story], str | None]] = [
    (lambda: Story(category=None), "desk"),
    (lambda: Story(), "team"),
    (lambda: Story().asked(ASK), "customer"),
    (lambda: Story().asked(REVIEW), "agent"),
    (lambda: Story().asked(REVIEW, CARRIER), "party"),
    (lambda: to_solution(), "agent"),
    (lambda: to_solution().asked(propose()), "measures"),
    (held, "ops"),
    (answered, "customer"),
    (undecided, "lead"),
    (lambda: answered().asked(SATISFIED), None),
]


@pytest.mark.parametrize(("given", "who"), WAITING)
def test_it_is_known_who_owes_the_next_step(given: Callable[[], Story], who: str | None) -> None:
    state = given().state
    assert waiting_for(state) == who
    assert who is None or who in COMPLAINT.next_steps


def test_before_the_first_event_the_system_owes_it() -> None:
    story = Story()
    blank = COMPLAINT.blank("complaint:m1:C-1", story.state.terms)
    assert waiting_for(blank) == "system"


def test_the_customer_sees_five_steps_what_is_next_and_until_when() -> None:
    assert [step.state for step in progress(Story().state).steps] == [
        "done",
        "current",
        "open",
        "open",
        "open",
    ]
    asked = progress(Story().asked(ASK).state)
    assert (asked.next, asked.now) == ("give_info", "review")
    ended = progress(answered().state)
    assert (ended.next, ended.until is not None) == ("confirm", True)
    closed = progress(Story().asked(ask.WithdrawComplaint()).state)
    assert [step.state for step in closed.steps] == ["done", "done", "skipped", "skipped", "skipped"]
    assert (closed.next, closed.until, closed.outcome) == (None, None, "withdrawn")
    assert progress(Story(order_id=None, timezone="UTC").state).order_id is None


def test_figures_group_it_by_what_is_known() -> None:
    kind: Kind[ComplaintState] = COMPLAINT
    assert kind.facets(Story(category=None).state) == {"source": "customer"}
    known = to_solution(severity="major", urgency="soon").state
    assert kind.facets(known) == {
        "category": "product_quality",
        "severity": "major",
        "urgency": "soon",
        "source": "customer",
        "party": "merchant",
        "root_cause": "packaging",
    }


def test_row_and_page_say_nothing_that_the_customer_wrote() -> None:
    story = Story()
    row = summarise(COMPLAINT, story.state)
    assert (row.kind, row.customer_id, row.team) == ("complaint", "c1", "quality")
    page = markdown(COMPLAINT, story.state, story.now)
    assert "**Complaint C-1 of order SO-1, product quality, P3: review**" in page
    assert "pieces" not in page + row.model_dump_json()
    assert headline(Story(order_id=None, timezone="UTC", category=None).state) == "Complaint C-1, P3"


def test_the_page_shows_of_each_clock_the_latest_run() -> None:
    story = Story().asked(ask.Acknowledge(agent="a17"))
    for _ in range(3):
        story.after(hours=1).asked(ask.UpdateCustomer(agent="a17", words="Soon."))
    assert markdown(COMPLAINT, story.state, story.now).count("| update_interval") == 1


def test_the_opening_answers_priority_and_team() -> None:
    told = opening_answer(Story().state).model_dump(exclude={"seq"})
    assert (told["priority"], told["team"], told["stage"]) == ("P3", "quality", "review")


ACTORS: list[tuple[Any, str]] = [
    (ask.GiveInfo(answer="x"), "customer"),
    (SATISFIED, "customer"),
    (ask.WithdrawComplaint(by="agent", said_in=FILE), "agent"),
    (ask.DecideFinal(by="l1", role="lead", decision="close", reason="x"), "lead:l1"),
    (ask.Transfer(by="b2", to_team="returns", reason="x"), "staff:b2"),
    (ask.AddEvidence(by="b2", evidence=Evidence(ref="a", sha256=SHA, shows="x")), "staff:b2"),
    (FIND, "agent:a17"),
]


@pytest.mark.parametrize(("command", "actor"), ACTORS)
def test_the_envelope_says_who_did_it(command: Any, actor: str) -> None:
    assert actor_of(command) == actor


def test_a_complaint_claims_no_units_of_its_order() -> None:
    assert Story().state.held is None

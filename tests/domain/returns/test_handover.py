"""What a run hands to the next one, as it travels between them."""

from domain.cases.answers import answer_to
from domain.cases.handover import Carried, Handover
from domain.returns.answers import opening_answer
from domain.returns.state import ReturnState
from tests.domain.returns.given import SHIP, Story
from workflows.wire import data_converter


def test_the_next_run_gets_all_that_the_last_one_knew() -> None:
    story = Story(("1", 1, "no_reason")).asked(SHIP)
    answer = answer_to(story.state, SHIP)
    opened = opening_answer(story.state).model_dump(mode="json")
    handed = Handover[ReturnState](
        carried=Carried[ReturnState](
            state=story.state, answers={"k-1": answer}, opened=opened, notices=story.notices
        )
    )
    [payload] = data_converter.payload_converter.to_payloads([handed])
    [taken] = data_converter.payload_converter.from_payloads([payload], [Handover[ReturnState]])
    assert taken.carried.state == story.state
    assert taken.carried.notices == story.notices != []
    assert taken.carried.opened == opened
    assert list(taken.carried.answers) == ["k-1"]

"""How Actions are read from a history."""

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench.counts import ACTIONS, FREE, count, stretch


def event(name: str) -> HistoryEvent:
    """A bare event of this type."""
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{name}"))


def local_activity(workflow_task: int) -> HistoryEvent:
    """The marker of a local activity that ran in this workflow task."""
    marker = event("MARKER_RECORDED")
    marker.marker_recorded_event_attributes.marker_name = "core_local_activity"
    marker.marker_recorded_event_attributes.workflow_task_completed_event_id = workflow_task
    return marker


def accepted(update: str) -> HistoryEvent:
    """An update that was accepted."""
    found = event("WORKFLOW_EXECUTION_UPDATE_ACCEPTED")
    found.workflow_execution_update_accepted_event_attributes.accepted_request.input.name = update
    return found


def test_local_activities_of_one_workflow_task_are_one_action() -> None:
    assert count([local_activity(4), local_activity(4), local_activity(9)]).actions == 2


def test_a_patch_marker_is_free() -> None:
    patch = event("MARKER_RECORDED")
    patch.marker_recorded_event_attributes.marker_name = "core_patch"
    assert count([patch]).actions == 0


def test_every_retry_of_an_activity_is_an_action_more() -> None:
    started = event("ACTIVITY_TASK_STARTED")
    started.activity_task_started_event_attributes.attempt = 11
    counts = count([event("ACTIVITY_TASK_SCHEDULED"), started])
    assert (counts.events, counts.actions, counts.retries) == (2, 11, 10)


def test_a_child_is_two_actions_wherever_its_start_is_written() -> None:
    parent, child = event("START_CHILD_WORKFLOW_EXECUTION_INITIATED"), event("WORKFLOW_EXECUTION_STARTED")
    child.workflow_execution_started_event_attributes.parent_workflow_execution.workflow_id = "return:m1:R-1"
    assert (count([parent]) + count([child])).actions == 2
    assert count([event("WORKFLOW_EXECUTION_STARTED")]).actions == 1


def test_a_continue_as_new_is_one_action_and_its_next_start_none() -> None:
    next_start = event("WORKFLOW_EXECUTION_STARTED")
    next_start.workflow_execution_started_event_attributes.continued_execution_run_id = "01a2"
    assert count([event("WORKFLOW_EXECUTION_CONTINUED_AS_NEW")]).actions == 1
    assert count([next_start]).actions == 0


def test_an_event_without_a_rule_is_an_error_that_names_it() -> None:
    with pytest.raises(LookupError, match="NEXUS_OPERATION_SCHEDULED"):
        count([event("NEXUS_OPERATION_SCHEDULED")])


def test_every_rule_is_for_an_event_that_temporal_has() -> None:
    known = set(EventType.keys())
    assert {name for name in {*ACTIONS, *FREE} if f"EVENT_TYPE_{name}" not in known} == set()
    assert not FREE & set(ACTIONS)


def test_a_stretch_lies_between_two_updates() -> None:
    timer = event("TIMER_STARTED")
    history = [accepted("review"), accepted("ship"), timer, timer, accepted("receive"), timer]
    assert stretch(history, after="ship", until="receive") == ["TIMER_STARTED", "TIMER_STARTED"]
    assert stretch(history, after="inspect", until="confirm") == []

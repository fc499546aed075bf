"""The code as it is now replays what earlier code has done; what it commands changes only on purpose."""

import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import NondeterminismError

from domain.kinds import KINDS
from tests.workflows.fingerprint import FINGERPRINTS, MODULES, PASSES_ON, ROOM, all_fingerprints, commands
from workers.request_headers import RequestHeaders
from workers.worker import RUNNER, WORKFLOWS
from workflows.wire import data_converter

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))

SHOWN = (
    "EVENT_TYPE_TIMER_STARTED",
    "EVENT_TYPE_ACTIVITY_TASK_SCHEDULED",
    "EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED",
)

LESSON = """
What {workflow} commands has changed. Cases that are open now must still replay, for weeks:
- a new, removed or moved command goes behind `if workflow.patched("what-changed"):`, the old way in its else
  (docs/how-to/change-a-workflow.md); test_replay must stay green with the histories as they are;
- a change that gives the same commands in the same order (a rename, a moved function) needs no patch.
Then write the list anew: python -m tests.workflows.record_histories --fingerprints
"""


def read(path: Path) -> WorkflowHistory:
    """A recorded history."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return WorkflowHistory.from_json(content["workflow_id"], content["history"])


SANDBOX = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules("domain", "activities")
)
"""The SDK's guard, which workers do without: it loads all of `workflows` anew for each case, and stops what
asks a clock, the dice or a file.
"""


def replayer(runner: WorkflowRunner = RUNNER) -> Replayer:
    """Replays as the worker works, or another runner."""
    return Replayer(
        workflows=WORKFLOWS,
        workflow_runner=runner,
        data_converter=data_converter,
        interceptors=[RequestHeaders()],
    )


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_a_recorded_history_replays(path: Path) -> None:
    await replayer().replay_workflow(read(path))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
async def test_it_does_so_in_the_sandbox_that_guards_against_what_differs(path: Path) -> None:
    await replayer(SANDBOX).replay_workflow(read(path))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_all_that_ops_see_of_a_history_says_what_it_is_for(path: Path) -> None:
    """Timers, activities and children have a summary, which Temporal's UI shows beside them."""
    events = json.loads(path.read_text(encoding="utf-8"))["history"]["events"]
    shown = [event for event in events if _is_shown(event)]
    assert [event["eventId"] for event in shown if "summary" not in event.get("userMetadata", {})] == []


def _is_shown(event: dict[str, Any]) -> bool:
    marker = event.get("markerRecordedEventAttributes", {}).get("markerName")
    return event["eventType"] in SHOWN or marker == "core_local_activity"


async def test_a_history_that_the_code_would_not_make_is_noticed() -> None:
    plain = next(path for path in HISTORIES if path.stem.startswith("plain.return"))
    changed = plain.read_text(encoding="utf-8").replace('"send_notice"', '"send_letter"')
    content = json.loads(changed)
    with pytest.raises(NondeterminismError):
        await replayer().replay_workflow(WorkflowHistory.from_json("return:m:1", content["history"]))


def test_there_is_a_history_of_every_ending() -> None:
    assert len(HISTORIES) >= 20
    kinds = {path.stem.split(".")[1] for path in HISTORIES}
    assert kinds == {*KINDS, "refund", "watchdog", "weather"}


@pytest.mark.parametrize("workflow", sorted(MODULES))
def test_what_a_workflow_commands_changes_only_on_purpose(workflow: str) -> None:
    kept = json.loads(FINGERPRINTS.read_text(encoding="utf-8"))
    assert all_fingerprints()[workflow] == kept[workflow], LESSON.format(workflow=workflow)


def test_no_module_with_commands_is_forgotten() -> None:
    listed = {module for modules in MODULES.values() for module in modules}
    commanding = {path.stem for path in ROOM.glob("*.py") if any(commands(path.stem))}
    assert commanding - PASSES_ON <= listed

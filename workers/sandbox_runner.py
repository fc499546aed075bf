"""The SDK's sandbox for workflow code, without what it would do anew for every case and every payload."""

import pkgutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import SerializationContext, StorageDriverStoreContext
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions
from temporalio.workflow import Info

import workflows

# Our own rooms are the same in every run, so the sandbox need not load them anew for each case.
ROOMS = ("domain", "activities", "store", "providers")


def sandbox_runner(definitions: Collection[type]) -> SandboxedWorkflowRunner:
    """A runner whose sandbox loads the modules of these workflows for each case, and all else once.

    What the other modules of `workflows` may use is held by `tests/test_architecture.py` instead.
    """
    passed = (*ROOMS, *_all_but({definition.__module__ for definition in definitions}))
    return LeanRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*passed))


def _all_but(defining: Collection[str]) -> Iterator[str]:
    for found in pkgutil.iter_modules(workflows.__path__, f"{workflows.__name__}."):
        if found.name not in defining:
            yield found.name


@dataclass(frozen=True)
class LeanRunner(SandboxedWorkflowRunner):
    """Makes cases whose payloads have no context: no converter of ours asks for one, and there is no codec.

    The SDK asks each case for it six times per payload, by code that is compiled and run in the sandbox: a
    seventh of a worker's CPU.
    """

    def create_instance(self, det: WorkflowInstanceDetails) -> WorkflowInstance:
        """A case in its sandbox."""
        return _WithoutContexts(super().create_instance(det))


class _WithoutContexts(WorkflowInstance):
    def __init__(self, sandboxed: WorkflowInstance) -> None:
        self._sandboxed = sandboxed

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        return self._sandboxed.activate(act)

    def get_info(self) -> Info:
        return self._sandboxed.get_info()

    def get_thread_id(self) -> int | None:
        return self._sandboxed.get_thread_id()

    def get_serialization_context(self, command_info: Any) -> SerializationContext | None:
        return None

    def get_external_store_context(self, command_info: Any) -> StorageDriverStoreContext:
        return StorageDriverStoreContext(target=None)

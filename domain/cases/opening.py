"""What opening a case, or taking a closed one up again, needs to know of the outside."""

from typing import Any, Generic, TypeVar

from domain.base import Model, UtcInstant
from domain.cases.messages import Answer, OpenCase

O = TypeVar("O", bound=OpenCase)  # noqa: E741 - as T and S elsewhere


class Opening(Model, Generic[O]):
    """What is to be opened or taken up again. `at`: the case's own time, which activities don't know.

    `runs`: the run that asks, and the one that it was reset from.
    """

    start: O
    at: UtcInstant
    runs: list[str] = []


class Stored(Model):
    """Which case is to be taken up again."""

    case_id: str


class Restored(Model):
    """A case as the store knows it: its state as JSON, for the kind's own model."""

    state: dict[str, Any]
    answers: dict[str, Answer] = {}

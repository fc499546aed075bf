"""What a run of a case hands to the next one when its history has grown long."""

from typing import Any, Generic

from domain.base import Model
from domain.cases.messages import Answer
from domain.cases.state import S
from domain.notices import Notice


class Carried(Model, Generic[S]):
    """State, answers by update id, what the opening answered, notices that are still on their way."""

    state: S
    answers: dict[str, Answer]
    opened: dict[str, Any]
    notices: list[Notice]


class Handover(Model, Generic[S]):
    """The start argument of a run that goes on where the last one stopped."""

    carried: Carried[S]

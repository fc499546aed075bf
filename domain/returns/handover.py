"""What a run of a return hands to the next one when its history has grown long."""

from domain.base import Model
from domain.notices import Notice
from domain.returns.messages import Answer, Opened
from domain.returns.state import ReturnState


class Carried(Model):
    """State, answers by update id, notices that are still on their way."""

    state: ReturnState
    answers: dict[str, Answer]
    opened: Opened
    notices: list[Notice]


class Handover(Model):
    """The start argument of a run that goes on where the last one stopped."""

    carried: Carried

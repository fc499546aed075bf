"""Messages handed over as JSON, for the channels whose providers take them so."""

from domain.base import Model
from providers.http import HttpSystem
from providers.ports import Message


class _Accepted(Model):
    id: str


async def hand_over(system: HttpSystem, message: Message) -> str:
    """POST the message; a dead address is `ProviderRefused`. The receiver drops a repeat of the notice."""
    body = {
        "notice_id": message.notice_id,
        "to": message.to,
        "subject": message.subject,
        "body": message.body,
    }
    return (await system.tell("a message", "/messages", body, _Accepted)).id

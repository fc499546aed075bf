"""SMS over an HTTP provider."""

from domain.notice_kinds import Channel
from providers.http import HttpSystem
from providers.messages_http import hand_over
from providers.ports import Message


class HttpSms:
    """`MessagePort` for SMS; a number that nobody answers is `ProviderRefused`."""

    channel: Channel = "sms"

    def __init__(self, system: HttpSystem) -> None:
        self._system = system

    async def send(self, message: Message) -> str:
        """Hand the text over; returns the provider's reference."""
        return await hand_over(self._system, message)

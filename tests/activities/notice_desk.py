"""The notice activity with real parts around it, for tests."""

import dataclasses
from datetime import datetime

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.notices import NoticeActivities
from domain.notice_kinds import Channel
from domain.notices import Attempt, Notice, NoticeResult
from providers.ports import Contact
from providers.settings import Providers
from sandbox.client import SandboxClient
from sandbox.messages import Contact as ShopContact
from store.notices import NoticeLog
from store.staff import Staff
from tests.activities.notice_samples import sample

EVENING = datetime.fromisoformat("2031-05-01T23:00:00+08:00")
EMAIL, PHONE, TOKEN = "kim@example.test", "+8613900001111", "token-of-kim"
LEAD = Contact(name="Lead", language="en", email="lead@example.test")


class Desk:
    """The activity with real parts around it, and a customer with an address on every channel."""

    def __init__(
        self, merchant: str, sandbox: SandboxClient, providers: Providers, store: NoticeLog, members: Staff
    ) -> None:
        self.merchant = merchant
        self.sandbox = sandbox
        self.store = store
        self.activities = NoticeActivities(
            providers.shop,
            providers.messages,
            store,
            staff={"lead": LEAD},
            members=members,
            brands={merchant: "Cups & Co"},
        )

    def address(self, of: str) -> str:
        """Addresses of this test's own."""
        return f"{self.merchant}.{of}"

    async def know(
        self, email: str | None = EMAIL, phone: str | None = PHONE, token: str | None = TOKEN
    ) -> None:
        """Tell the shop how the customer is reached."""
        contact = ShopContact(
            name="Kim",
            language="en",
            email=email and self.address(email),
            phone=phone and self.address(phone),
            push_token=token and self.address(token),
        )
        await self.sandbox.put_contact(self.merchant, "c1", contact)

    def notice(self, *channels: Channel, **changes: object) -> Notice:
        """A notice of this test's own; by default for e-mail, then SMS, then push."""
        base = sample("refund_settled", "en", full=False)
        update = {
            "merchant": self.merchant,
            "notice_id": f"return:{self.merchant}:R-1:refund_settled:4",
            "channels": channels or base.channels,
        }
        return base.model_copy(update=update | changes)

    async def send(self, notice: Notice, at: datetime = EVENING) -> NoticeResult:
        """Run the activity as the server would at that moment."""
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, current_attempt_scheduled_time=at)
        return await environment.run(self.activities.send_notice, notice)

    async def inbox(self, notice: Notice) -> list[tuple[str, str, int]]:
        """What arrived of it: channel, address, how often it was brought."""
        messages = await self.sandbox.inbox(notice_id=notice.notice_id)
        return [(m.channel, m.to.removeprefix(f"{self.merchant}."), m.handed_over) for m in messages]


def by(channel: Channel, outcome: str, times: int = 1) -> Attempt:
    return Attempt.model_validate({"channel": channel, "outcome": outcome, "times": times})


async def fails(desk: Desk, notice: Notice, at: datetime = EVENING) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await desk.send(notice, at)
    return caught.value

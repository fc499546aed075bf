"""Tells customers and staff: one notice once, by the first channel that reaches its reader (sop R7, L3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from temporalio import activity

from activities.clock import scheduled_at
from activities.failures import come_again, typed_failures
from activities.notice_texts import render
from domain.errors import NotFound, ProviderRefused, ProviderUnavailable
from domain.notice_kinds import Channel
from domain.notices import Notice, NoticeRecord, NoticeResult
from domain.staff.roster import StaffContact
from providers.ports import Contact, Message, MessagePort, ShopPort


class NoticeLog(Protocol):
    """What was done for each notice; the store keeps it."""

    async def get(self, notice_id: str) -> NoticeRecord | None:
        """The notice's record; None when nothing was tried yet."""
        ...

    async def record(self, record: NoticeRecord) -> None:
        """Keep the record as it is now; a settled one never becomes pending again."""
        ...


class StaffDirectory(Protocol):
    """How members of the staff are reached; the store knows."""

    async def contact(self, member: str) -> StaffContact | None:
        """Name, address, language and time zone; None for who has none, or is no member any more."""
        ...

    async def lead(self, team: str, at: datetime) -> StaffContact | None:
        """The same of the first of a team's leads who has an address and is not away at a moment."""
        ...


class NoticeActivities:
    """Sends notices by the channels that are there.

    `staff` gives each role its address, language and time zone, `members` those of whoever has the role;
    `brands` the merchants' names before an SMS.
    """

    def __init__(
        self,
        shop: ShopPort,
        channels: Mapping[Channel, MessagePort],
        log: NoticeLog,
        *,
        staff: Mapping[str, Contact] | None = None,
        members: StaffDirectory | None = None,
        brands: Mapping[str, str] | None = None,
    ) -> None:
        self._shop = shop
        self._channels = channels
        self._log = log
        self._staff = staff or {}
        self._members = members
        self._brands = brands or {}

    @activity.defn
    @typed_failures
    async def send_notice(self, notice: Notice) -> NoticeResult:
        """Send it once, however often this is asked.

        A channel that says no gives way to the next one at once, one that does not answer after
        `attempts_per_channel` tries: the activity fails with `provider_unavailable` and is retried.
        """
        _hold(notice)
        record = await self._log.get(notice.notice_id) or NoticeRecord(
            notice_id=notice.notice_id, case_id=notice.case_id, kind=notice.kind
        )
        if record.result:
            return record.result
        if reader := await self._reader(notice):
            record = await self._deliver(notice, reader, record)
        if record.result:
            return record.result
        await self._log.record(record.model_copy(update={"state": "undeliverable"}))
        return NoticeResult(state="undeliverable", tried=record.attempts)

    async def _deliver(self, notice: Notice, reader: Contact, record: NoticeRecord) -> NoticeRecord:
        """Ask channel by channel until one takes it or none is left that has not refused.

        A channel that does not answer ends this attempt, so that none outlives its timeout; the next one
        starts where the record says. Raises `ProviderUnavailable`.
        """
        for channel, port, to in self._doors(notice, reader, record):
            record = await _hand_over(port, render(notice, channel, reader, to, self._brand(notice)), record)
            await self._log.record(record)
            if record.state == "sent":
                break
            if record.attempts[-1].outcome == "unavailable":
                raise ProviderUnavailable("A channel to the reader did not answer.", channel=channel)
        return record

    async def _reader(self, notice: Notice) -> Contact | None:
        """Who reads it; None when neither the shop, the staff nor the settings know them."""
        if notice.role is not None:
            return await self._staff_reader(notice)
        try:
            return await self._shop.contact(notice.merchant, notice.customer_id or "")
        except NotFound:
            return None
        except ProviderRefused as error:
            # a wrong credential of ours must not cost the customer the notice: it waits, visibly
            raise ProviderUnavailable("The shop refused to say how the customer is reached.") from error

    async def _staff_reader(self, notice: Notice) -> Contact | None:
        """The member or the team's lead, where the notice names one who has an address; else the role."""
        contact = None
        if self._members is not None and notice.member is not None:
            contact = await self._members.contact(notice.member)
        elif self._members is not None and notice.team is not None:
            contact = await self._members.lead(notice.team, scheduled_at())
        if contact is not None:
            return Contact.model_validate(contact.model_dump())
        return self._staff.get(notice.role or "")

    def _doors(
        self, notice: Notice, reader: Contact, record: NoticeRecord
    ) -> list[tuple[Channel, MessagePort, str]]:
        """The channels that are left, in the order to ask: here, with an address, and not refused.

        The policy's order, in rounds: a channel that was silent for its tries goes behind the others.
        """
        addresses: dict[Channel, str | None] = {
            "email": reader.email,
            "sms": reader.phone,
            "push": reader.push_token,
        }
        rounds = {
            channel: record.times(channel, "unavailable") // notice.attempts_per_channel
            for channel in notice.channels
        }
        return [
            (channel, self._channels[channel], to)
            for channel in sorted(notice.channels, key=rounds.__getitem__)
            if channel in self._channels
            and not record.times(channel, "refused")
            and (to := addresses[channel])
        ]

    def _brand(self, notice: Notice) -> str | None:
        return self._brands.get(notice.merchant)


async def _hand_over(port: MessagePort, message: Message, record: NoticeRecord) -> NoticeRecord:
    """The record after the channel's answer. Why it refused is not kept: providers quote the address."""
    try:
        provider_ref = await port.send(message)
    except ProviderRefused:
        return record.with_attempt(port.channel, "refused")
    except ProviderUnavailable:
        return record.with_attempt(port.channel, "unavailable")
    return record.with_attempt(port.channel, "sent", provider_ref)


def _hold(notice: Notice) -> None:
    """Come again when the quiet hours are over.

    "Now" is the server's: when it scheduled this attempt. The worker's own clock would be wrong where the
    server skips time. A retry leaves no event, so a night costs the history nothing.
    """
    if notice.not_before is None:
        return
    wait = notice.not_before - scheduled_at()
    if wait > timedelta(0):
        why = f"Held for the reader's quiet hours until {notice.not_before.isoformat()}."
        raise come_again(why, "held_for_quiet_hours", wait)

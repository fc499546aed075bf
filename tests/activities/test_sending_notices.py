"""A notice is sent once, by the first channel that reaches its reader; real shop, channels and store."""

from datetime import UTC, timedelta

import pytest
from temporalio.exceptions import ApplicationErrorCategory

from activities.notices import NoticeActivities
from domain.errors import StoreUnavailable
from domain.notice_kinds import Channel
from domain.notices import NoticeRecord, NoticeResult
from domain.staff.directory import Absence
from domain.staff.roster import Roster
from providers.settings import Providers
from sandbox.messages import FaultRule
from store.notices import NoticeLog
from store.pool import Pool
from store.staff import Staff
from tests.activities.notice_desk import EMAIL, EVENING, LEAD, PHONE, TOKEN, Desk, by, fails
from tests.activities.notice_samples import sample
from tests.domain.staff.desk import content


async def test_the_first_channel_takes_it(desk: Desk):
    notice = desk.notice()
    result = await desk.send(notice)
    assert result == NoticeResult(channel="email", state="sent", tried=[by("email", "sent")])
    assert await desk.inbox(notice) == [("email", EMAIL, 1)]
    [mail] = await desk.sandbox.inbox(notice_id=notice.notice_id)
    assert "CN¥1,299.00" in mail.subject
    assert "Hello Kim," in mail.body
    assert "Hello Kim," in (mail.html or "")


async def test_what_was_done_is_kept_without_addresses(desk: Desk):
    notice = desk.notice()
    await desk.send(notice)
    record = await desk.store.get(notice.notice_id)
    assert record is not None
    assert record.provider_ref
    assert record == NoticeRecord(
        notice_id=notice.notice_id,
        case_id=notice.case_id,
        kind="refund_settled",
        state="sent",
        channel="email",
        provider_ref=record.provider_ref,
        attempts=[by("email", "sent")],
    )
    assert "kim" not in record.model_dump_json().lower()


@pytest.mark.parametrize("channel", ["email", "sms", "push"])
async def test_a_notice_that_was_sent_is_not_sent_again(desk: Desk, channel: Channel):
    notice = desk.notice(channel)
    first = await desk.send(notice)
    assert await desk.send(notice) == first
    assert [times for _, _, times in await desk.inbox(notice)] == [1]


async def test_the_policys_order_counts(desk: Desk):
    notice = desk.notice("push", "email")
    assert (await desk.send(notice)).channel == "push"
    assert await desk.inbox(notice) == [("push", TOKEN, 1)]


async def test_a_channel_without_an_address_is_passed_over(desk: Desk):
    await desk.know(email=None)
    notice = desk.notice()
    assert (await desk.send(notice)).tried == [by("sms", "sent")]
    [message] = await desk.sandbox.inbox(notice_id=notice.notice_id)
    assert message.body.startswith("Cups & Co: ")


async def test_a_bounce_goes_on_to_the_next_channel_and_is_recorded(desk: Desk):
    await desk.sandbox.set_dead("email", desk.address(EMAIL))
    notice = desk.notice()
    result = await desk.send(notice)
    assert (result.channel, result.tried) == ("sms", [by("email", "refused"), by("sms", "sent")])
    assert await desk.inbox(notice) == [("sms", PHONE, 1)]
    record = await desk.store.get(notice.notice_id)
    assert record is not None
    assert record.attempts == result.tried


async def test_a_dead_token_and_a_dead_number_go_on_too(desk: Desk):
    await desk.sandbox.set_dead("push", desk.address(TOKEN))
    await desk.sandbox.set_dead("sms", desk.address(PHONE))
    result = await desk.send(desk.notice("push", "sms", "email"))
    assert result.tried == [by("push", "refused"), by("sms", "refused"), by("email", "sent")]


async def test_when_all_say_no_it_is_undeliverable_for_good(desk: Desk):
    await desk.sandbox.set_dead("email", desk.address(EMAIL))
    await desk.sandbox.set_dead("sms", desk.address(PHONE))
    notice = desk.notice("email", "sms")
    result = await desk.send(notice)
    assert result == NoticeResult(
        state="undeliverable",
        tried=[by("email", "refused"), by("sms", "refused")],
    )
    await desk.sandbox.set_dead("email", desk.address(EMAIL), dead=False)
    assert await desk.send(notice) == result
    assert await desk.inbox(notice) == []


async def test_nobody_to_write_to_is_undeliverable(desk: Desk):
    unknown = desk.notice(customer_id="nobody", notice_id="n-1")
    assert (await desk.send(unknown)).state == "undeliverable"
    await desk.know(email=None, phone=None, token=None)
    unreachable = desk.notice()
    assert await desk.send(unreachable) == NoticeResult(state="undeliverable")


async def test_a_channel_that_does_not_answer_is_given_its_tries_and_then_passed_over(desk: Desk):
    await desk.sandbox.set_faults("email", FaultRule(kind="down", key=desk.address(EMAIL)))
    notice = desk.notice("email", "sms", attempts_per_channel=2)
    failure = await fails(desk, notice)
    assert (failure.type, failure.non_retryable) == ("provider_unavailable", False)
    await fails(desk, notice)
    assert await desk.inbox(notice) == []
    result = await desk.send(notice)
    assert (result.channel, result.tried) == ("sms", [by("email", "unavailable", 2), by("sms", "sent")])


async def test_silent_channels_take_turns_until_one_answers(desk: Desk):
    await desk.sandbox.set_faults("email", FaultRule(kind="down", key=desk.address(EMAIL)))
    await desk.sandbox.set_faults("sms", FaultRule(kind="down", operation="send"))
    notice = desk.notice("email", "sms", attempts_per_channel=1)
    asked = [(await fails(desk, notice)).details[0]["channel"] for _ in range(4)]
    assert asked == ["email", "sms", "email", "sms"]
    await desk.sandbox.set_faults("email")
    result = await desk.send(notice)
    assert result.tried == [by("email", "unavailable", 2), by("sms", "unavailable", 2), by("email", "sent")]


async def test_one_that_may_yet_answer_is_waited_for_when_all_others_refused(desk: Desk):
    await desk.sandbox.set_faults("email", FaultRule(kind="down", key=desk.address(EMAIL)))
    await desk.sandbox.set_dead("sms", desk.address(PHONE))
    notice = desk.notice("email", "sms", attempts_per_channel=1)
    for _ in range(3):
        assert (await fails(desk, notice)).type == "provider_unavailable"
    await desk.sandbox.set_faults("email")
    result = await desk.send(notice)
    assert result.tried == [by("sms", "refused"), by("email", "unavailable", 3), by("email", "sent")]
    assert await desk.inbox(notice) == [("email", EMAIL, 1)]


async def test_a_lost_reply_is_repeated_to_the_same_receiver_who_shows_it_once(desk: Desk):
    notice = desk.notice("sms", "push")
    await desk.sandbox.set_faults("sms", FaultRule(kind="lost_after", key=notice.notice_id, first=1))
    await fails(desk, notice)
    assert (await desk.send(notice)).channel == "sms"
    assert await desk.inbox(notice) == [("sms", PHONE, 2)]


async def test_a_crash_before_the_record_leads_to_a_repeat_that_the_receiver_drops(
    desk: Desk, providers: Providers
):
    forgetful = ForgetsOnce(desk.store)
    desk.activities = NoticeActivities(providers.shop, providers.messages, forgetful)
    notice = desk.notice("push")
    assert (await fails(desk, notice)).type == "store_unavailable"
    assert (await desk.send(notice)).state == "sent"
    assert await desk.inbox(notice) == [("push", TOKEN, 2)]


class ForgetsOnce:
    """A store that is away for one record."""

    def __init__(self, store: NoticeLog) -> None:
        self._store = store
        self._fails = True

    async def get(self, notice_id: str) -> NoticeRecord | None:
        return await self._store.get(notice_id)

    async def record(self, record: NoticeRecord) -> None:
        if self._fails:
            self._fails = False
            raise StoreUnavailable("away")
        await self._store.record(record)


async def test_a_shop_that_is_down_or_says_no_is_asked_again(desk: Desk):
    notice = desk.notice()
    await desk.sandbox.set_faults("shop", FaultRule(kind="down", operation="contact"))
    failure = await fails(desk, notice)
    assert (failure.type, failure.non_retryable) == ("provider_unavailable", False)
    await desk.sandbox.set_faults("shop")
    assert (await desk.send(notice)).state == "sent"


async def test_a_failure_names_no_address(desk: Desk):
    await desk.sandbox.set_faults("email", FaultRule(kind="down", key=desk.address(EMAIL)))
    failure = await fails(desk, desk.notice("email"))
    assert "kim" not in f"{failure.message} {failure.details} {failure.__cause__}".lower()


async def test_in_quiet_hours_it_comes_again_at_their_end_by_the_servers_time(desk: Desk):
    morning = EVENING + timedelta(hours=9)
    notice = desk.notice(not_before=morning.astimezone(UTC))
    failure = await fails(desk, notice, EVENING)
    assert failure.type == "held_for_quiet_hours"
    assert failure.next_retry_delay == timedelta(hours=9)
    assert failure.category is ApplicationErrorCategory.BENIGN
    assert not failure.non_retryable
    assert await desk.inbox(notice) == []
    assert await desk.store.get(notice.notice_id) is None
    assert (await desk.send(notice, morning)).state == "sent"


async def test_staff_are_reached_by_their_role(desk: Desk):
    told = sample("clock_breached", "zh-CN").model_copy(
        update={
            "merchant": desk.merchant,
            "notice_id": f"{desk.merchant}:lead",
            "channels": ("push", "email"),
        }
    )
    assert (await desk.send(told)).tried == [by("email", "sent")]
    [mail] = await desk.sandbox.inbox(notice_id=told.notice_id)
    assert mail.to == LEAD.email
    assert mail.subject.startswith("Overdue: inspection")
    stranger = told.model_copy(update={"role": "head", "notice_id": f"{desk.merchant}:head"})
    assert (await desk.send(stranger)).state == "undeliverable"


async def test_a_member_is_reached_by_their_own_address_in_their_language(desk: Desk, pool: Pool):
    contacts = {"lead-1": {"name": "Supervisor 01", "email": "sv-01@desk.example", "language": "zh-CN"}}
    await Staff(pool).seed(Roster.model_validate(content(contacts=contacts)))
    told = sample("clock_breached", "en").model_copy(
        update={
            "merchant": desk.merchant,
            "notice_id": f"{desk.merchant}:lead:lead-1",
            "member": "lead-1",
            "channels": ("email",),
        }
    )
    assert (await desk.send(told)).tried == [by("email", "sent")]
    [mail] = await desk.sandbox.inbox(notice_id=told.notice_id)
    assert mail.to == "sv-01@desk.example"
    assert "Supervisor 01" in mail.body
    assert not mail.subject.startswith("Overdue")


@pytest.mark.parametrize(("team", "to"), [("quality", "sv-02@desk.example"), ("nobody", LEAD.email)])
async def test_a_teams_lead_is_reached_by_their_own_address(desk: Desk, pool: Pool, team: str, to: str):
    staff = Staff(pool)
    contacts = {f"lead-{each}": {"name": "Lead", "email": f"sv-0{each}@desk.example"} for each in (1, 2)}
    await staff.seed(Roster.model_validate(content(contacts=contacts)))
    await staff.mark_away(Absence(member="lead-1", since=EVENING))
    told = sample("improvement_proposed", "zh-CN").model_copy(
        update={
            "merchant": desk.merchant,
            "notice_id": f"{desk.merchant}:{team}",
            "team": team,
            "channels": ("email",),
        }
    )
    assert (await desk.send(told)).state == "sent"
    [mail] = await desk.sandbox.inbox(notice_id=told.notice_id)
    assert mail.to == to


@pytest.mark.parametrize("member", ["lead-2", "nobody"])
async def test_a_member_without_an_address_leaves_it_to_the_role(desk: Desk, pool: Pool, member: str):
    await Staff(pool).seed(Roster.model_validate(content()))
    told = sample("clock_breached", "en").model_copy(
        update={
            "merchant": desk.merchant,
            "notice_id": f"{desk.merchant}:lead:{member}",
            "member": member,
            "channels": ("email",),
        }
    )
    await desk.send(told)
    [mail] = await desk.sandbox.inbox(notice_id=told.notice_id)
    assert mail.to == LEAD.email

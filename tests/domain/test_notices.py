"""Notices: which kinds need which facts, their ids, quiet hours, and what a policy sends."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.currencies import as_major, minor_digits
from domain.notice_kinds import CUSTOMER_NOTICES, FACTS, STAFF_NOTICES, NoticeFacts, NoticeKind
from domain.notice_rules import NoticeRules, QuietHours, Route, compose, send_at
from domain.notices import Attempt, Notice, NoticeRecord, NoticeResult, notice_id

NIGHT = QuietHours(start=time(22), end=time(8))
NAP = QuietHours(start=time(12), end=time(14))
NOON = datetime.fromisoformat("2026-11-20T12:00:00+08:00")
APPROVED = NoticeFacts(order_id="SO-1", until=NOON, freight_payer="customer")


def refunded(**other: object) -> Notice:
    facts = NoticeFacts(order_id="SO-1", amount_minor=100, currency="CNY")
    return Notice.model_validate(
        {
            "notice_id": "n",
            "case_id": "return:m1:R-7",
            "merchant": "m1",
            "customer_id": "c1",
            "kind": "refund_settled",
            "language": "en",
            "facts": facts,
            "channels": ["email"],
            **other,
        }
    )


def test_the_same_event_always_gives_the_same_id():
    assert notice_id("return:m1:R-7", "refund_settled", 9) == "return:m1:R-7:refund_settled:9"
    assert notice_id("return:m1:R-7", "clock_breached", 9, "lead") == "return:m1:R-7:clock_breached:9:lead"
    assert notice_id("r", "clock_breached", 9, "lead", "sv-01") == "r:clock_breached:9:lead:sv-01"


def test_a_member_is_told_as_one_of_the_staff_and_a_customer_is_none():
    facts = NoticeFacts(metric="review", until=NOON)
    notice = composed("clock_breached", facts, NOON, {"role": "lead", "member": "sv-01"})
    assert notice is not None
    assert (notice.role, notice.member) == ("lead", "sv-01")
    assert notice.notice_id.endswith(":lead:sv-01")
    with pytest.raises(ValidationError, match="goes to the customer, not to a `member`"):
        refunded(member="sv-01")
    with pytest.raises(ValidationError, match="goes to the customer, not to a `team`"):
        refunded(team="quality")


def test_a_notice_from_before_there_were_members_names_none():
    facts = NoticeFacts(metric="review", until=NOON)
    notice = composed("clock_breached", facts, NOON, {"role": "lead"})
    assert notice is not None
    assert "member" not in notice.model_dump(exclude_defaults=True)
    assert Notice.model_validate_json(notice.model_dump_json(exclude={"member"})) == notice


def test_every_kind_says_which_facts_it_takes():
    assert set(FACTS) == {*CUSTOMER_NOTICES, *STAFF_NOTICES}
    for kind, names in FACTS.items():
        assert names.needs | names.may_have <= set(NoticeFacts.model_fields), kind
        assert not names.needs & names.may_have, kind


def test_a_customer_knows_the_case_by_its_number():
    assert refunded().number == "R-7"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"facts": {"order_id": "SO-1"}}, "refund_settled needs the facts amount_minor, currency"),
        (
            {"facts": {"order_id": "SO-1", "amount_minor": 1, "currency": "CNY", "carrier": "swift"}},
            "refund_settled says nothing about carrier",
        ),
        (
            {"kind": "inspection_passed", "facts": {"order_id": "SO-1", "amount_minor": 1}},
            "an amount needs its currency",
        ),
        ({"customer_id": None}, "refund_settled goes to a `customer_id`"),
        ({"role": "lead"}, "refund_settled goes to a `customer_id` and nobody else"),
        (
            {"kind": "clock_breached", "facts": {"metric": "review", "until": NOON}},
            "clock_breached goes to a `role`",
        ),
        (
            {"kind": "clock_breached", "facts": {"metric": "review", "until": NOON}, "role": "lead"},
            "clock_breached goes to a `role` and nobody else",
        ),
    ],
)
def test_a_notice_that_could_not_be_told_is_refused(change: dict[str, object], complaint: str):
    with pytest.raises(ValidationError, match=complaint):
        refunded(**change)


def test_a_fact_that_is_null_is_no_fact():
    assert refunded(facts={"order_id": "SO-1", "amount_minor": 1, "currency": "CNY", "carrier": None})


@pytest.mark.parametrize(
    ("now", "hours", "timezone", "out_at"),
    [
        # nothing is quiet
        ("2026-11-20T23:00:00+08:00", None, "Asia/Shanghai", "2026-11-20T23:00:00+08:00"),
        # across midnight: before, at its start, on both sides of midnight, at its end
        ("2026-11-20T21:59:59+08:00", NIGHT, "Asia/Shanghai", "2026-11-20T21:59:59+08:00"),
        ("2026-11-20T22:00:00+08:00", NIGHT, "Asia/Shanghai", "2026-11-21T08:00:00+08:00"),
        ("2026-11-20T23:59:59+08:00", NIGHT, "Asia/Shanghai", "2026-11-21T08:00:00+08:00"),
        ("2026-11-21T00:00:00+08:00", NIGHT, "Asia/Shanghai", "2026-11-21T08:00:00+08:00"),
        ("2026-11-21T07:59:59+08:00", NIGHT, "Asia/Shanghai", "2026-11-21T08:00:00+08:00"),
        ("2026-11-21T08:00:00+08:00", NIGHT, "Asia/Shanghai", "2026-11-21T08:00:00+08:00"),
        # within a day
        ("2026-11-20T11:59:59+08:00", NAP, "Asia/Shanghai", "2026-11-20T11:59:59+08:00"),
        ("2026-11-20T12:00:00+08:00", NAP, "Asia/Shanghai", "2026-11-20T14:00:00+08:00"),
        ("2026-11-20T14:00:00+08:00", NAP, "Asia/Shanghai", "2026-11-20T14:00:00+08:00"),
        # the reader's zone counts, not the sender's
        ("2026-11-20T16:00:00+08:00", NIGHT, "Asia/Shanghai", "2026-11-20T16:00:00+08:00"),
        ("2026-11-20T16:00:00+08:00", NIGHT, "America/New_York", "2026-11-20T21:00:00+08:00"),
        # the year ends in the night
        ("2026-12-31T23:00:00+08:00", NIGHT, "Asia/Shanghai", "2027-01-01T08:00:00+08:00"),
        # clocks go forward in the night (Berlin, 02:00 becomes 03:00): the night is an hour shorter
        ("2026-03-28T22:30:00+01:00", NIGHT, "Europe/Berlin", "2026-03-29T08:00:00+02:00"),
        # clocks go back in the night (03:00 becomes 02:00): an hour longer
        ("2026-10-24T22:30:00+02:00", NIGHT, "Europe/Berlin", "2026-10-25T08:00:00+01:00"),
    ],
)
def test_a_notice_waits_for_the_end_of_the_quiet_hours(
    now: str, hours: QuietHours | None, timezone: str, out_at: str
):
    held = send_at(datetime.fromisoformat(now), hours, timezone)
    assert held == datetime.fromisoformat(out_at)
    assert held.tzinfo is UTC


def test_an_end_that_comes_twice_counts_each_time():
    """Berlin, 25 October 2026: 02:30 comes first at +02:00 and again at +01:00."""
    hours = QuietHours(start=time(0), end=time(2, 30))
    first, again = (datetime.fromisoformat(f"2026-10-25T02:30:00+0{offset}:00") for offset in (2, 1))
    assert send_at(first - timedelta(minutes=10), hours, "Europe/Berlin") == first
    assert send_at(first, hours, "Europe/Berlin") == first
    assert send_at(again - timedelta(minutes=10), hours, "Europe/Berlin") == again


def test_an_end_that_never_comes_counts_by_the_offset_before():
    """Berlin, 29 March 2026: there is no 02:30."""
    hours = QuietHours(start=time(22), end=time(2, 30))
    now = datetime.fromisoformat("2026-03-29T01:59:00+01:00")
    assert send_at(now, hours, "Europe/Berlin") == datetime.fromisoformat("2026-03-29T02:30:00+01:00")


@given(
    now=st.datetimes(
        datetime.fromisoformat("2024-01-01"), datetime.fromisoformat("2028-01-01"), timezones=st.just(UTC)
    ),
    start=st.times(),
    end=st.times(),
    zone=st.sampled_from(
        ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_nothing_goes_out_early_or_in_quiet_hours(now: datetime, start: time, end: time, zone: str):
    """Held at most a day and an hour, never sent before it was made, and loud where it is sent."""
    if start == end:
        return
    out_at = send_at(now, QuietHours(start=start, end=end), zone)
    assert now <= out_at <= now + timedelta(hours=25)
    local = out_at.astimezone(ZoneInfo(zone)).time()
    is_quiet = start <= local < end if start < end else local >= start or local < end
    came_twice = out_at.astimezone(ZoneInfo(zone)).utcoffset() != now.astimezone(ZoneInfo(zone)).utcoffset()
    assert not is_quiet or came_twice


@pytest.mark.parametrize(
    ("start", "end"), [(time(8), time(8)), (time(22, tzinfo=UTC), time(8)), (time(22), time(8, tzinfo=UTC))]
)
def test_quiet_hours_are_a_span_of_local_times(start: time, end: time):
    with pytest.raises(ValidationError, match="quiet hours"):
        QuietHours(start=start, end=end)


RULES = NoticeRules(
    send=(
        Route(by=("push", "sms"), kinds=("review_approved",)),
        Route(by=("email",), kinds=("refund_settled", "clock_breached")),
    ),
    quiet_hours=NIGHT,
    urgent=("clock_breached",),
    attempts_per_channel=5,
)
MIDNIGHT = datetime.fromisoformat("2026-11-21T00:00:00+08:00")


def composed(kind: NoticeKind, facts: NoticeFacts, now: datetime, reader: dict[str, str]) -> Notice | None:
    return compose(
        kind,
        facts,
        rules=RULES,
        now=now,
        case_id="return:m1:R-7",
        merchant="m1",
        seq=3,
        language="zh-CN",
        timezone="Asia/Shanghai",
        **reader,
    )


def test_a_policy_decides_on_channels_patience_and_hours():
    notice = composed("review_approved", APPROVED, MIDNIGHT, {"customer_id": "c1"})
    assert notice == Notice(
        notice_id="return:m1:R-7:review_approved:3",
        case_id="return:m1:R-7",
        merchant="m1",
        customer_id="c1",
        kind="review_approved",
        language="zh-CN",
        facts=APPROVED,
        channels=("push", "sms"),
        attempts_per_channel=5,
        not_before=datetime(2026, 11, 21, tzinfo=UTC),
    )


def test_by_day_nothing_is_held():
    notice = composed("review_approved", APPROVED, NOON, {"customer_id": "c1"})
    assert notice is not None
    assert notice.not_before is None


def test_what_is_urgent_goes_out_at_night():
    facts = NoticeFacts(metric="review", until=NOON)
    notice = composed("clock_breached", facts, MIDNIGHT, {"role": "lead"})
    assert notice is not None
    assert (notice.role, notice.not_before) == ("lead", None)


def test_a_kind_that_the_policy_does_not_name_is_not_sent():
    assert composed("cancelled", NoticeFacts(order_id="SO-1"), NOON, {"customer_id": "c1"}) is None


def test_a_record_counts_answers_and_is_settled_by_the_first_success():
    record = NoticeRecord(notice_id="n", case_id="return:m1:R-7", kind="cancelled")
    assert record.result is None
    record = record.with_attempt("push", "refused").with_attempt("email", "unavailable")
    record = record.with_attempt("email", "unavailable")
    assert (record.times("email", "unavailable"), record.times("push", "refused")) == (2, 1)
    assert record.times("sms", "sent") == 0
    assert record.result is None
    assert record.with_attempt("sms", "sent", "sms-1").result == NoticeResult(
        channel="sms",
        state="sent",
        tried=[
            Attempt(channel="push", outcome="refused"),
            Attempt(channel="email", outcome="unavailable", times=2),
            Attempt(channel="sms", outcome="sent"),
        ],
    )


@pytest.mark.parametrize(
    ("currency", "digits", "written"),
    [("CNY", 2, "12.90"), ("JPY", 0, "1290"), ("KWD", 3, "1.290"), ("CLF", 4, "0.1290"), ("RSD", 2, "12.90")],
)
def test_minor_units_follow_iso_4217(currency: str, digits: int, written: str):
    assert minor_digits(currency) == digits
    assert str(as_major(1290, currency)) == written


def test_a_kind_goes_one_way():
    twice = [{"by": ["email"], "kinds": ["cancelled"]}, {"by": ["sms"], "kinds": ["cancelled"]}]
    with pytest.raises(ValidationError, match="cancelled is there twice"):
        NoticeRules.model_validate({"send": twice})

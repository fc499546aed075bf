"""The notice log: what was tried is kept, and what is settled stays so."""

from domain.notices import NoticeRecord
from store.notices import NoticeLog
from store.pool import Pool
from tests.store.streams import CASE


def make_record(seq: int = 1) -> NoticeRecord:
    return NoticeRecord(notice_id=f"{CASE}:goods_received:{seq}", case_id=CASE, kind="goods_received")


async def test_what_was_never_tried_has_no_record(pool: Pool) -> None:
    assert await NoticeLog(pool).get("return:m1:9:goods_received:1") is None


async def test_a_record_comes_back_as_it_was_kept(pool: Pool) -> None:
    log = NoticeLog(pool)
    first = make_record().with_attempt("email", "unavailable")
    await log.record(first)
    assert await log.get(first.notice_id) == first
    sent = first.with_attempt("email", "refused").with_attempt("sms", "sent", "sms-7")
    await log.record(sent)
    assert await log.get(first.notice_id) == sent


async def test_a_settled_notice_stays_settled(pool: Pool) -> None:
    """A late write of an attempt that was overtaken does not make the notice go out again."""
    log = NoticeLog(pool)
    sent = make_record().with_attempt("email", "sent", "m-1")
    await log.record(sent)
    await log.record(make_record().with_attempt("email", "unavailable"))
    assert await log.get(sent.notice_id) == sent


async def test_a_case_lists_its_notices_in_order(pool: Pool) -> None:
    log = NoticeLog(pool)
    records = [make_record(seq) for seq in (3, 1, 2)]
    for record in records:
        await log.record(record)
    other = NoticeRecord(notice_id="return:m1:2:cancelled:1", case_id="return:m1:2", kind="cancelled")
    await log.record(other)
    assert await log.for_case(CASE) == records

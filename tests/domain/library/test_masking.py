"""Contacts in free text are masked; order numbers, amounts and dates are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.library.masking import mask_contacts
from tests.domain.library.entries import make_entry

MASKED = {
    "请打13812345678": "请打[phone]",
    "手机:138 1234 5678，谢谢": "手机:[phone]，谢谢",
    "138-1234-5678": "[phone]",
    "+86 13812345678。": "[phone]。",
    "8613812345678": "[phone]",
    "１３８１２３４５６７８联系我": "[phone]联系我",
    "微信wx13812345678": "微信wx[phone]",
    "Tel-13812345678": "Tel-[phone]",
    "座机021-62345678或(0571) 8765 4321": "座机[phone]或[phone]",
    "call +44 20 7946 0958 or 020 7946 0958": "call [phone] or [phone]",
    "+1 (415) 555-0132.": "[phone].",
    "01632 960001": "[phone]",
    "邮箱zhang.san+a@example.com谢谢": "邮箱[email]谢谢",
    "Z＠ＥＸＡＭＰＬＥ．ＣＯＭ": "[email]",
    "a@b.co, c_d@e-f.org.": "[email], [email].",
}
KEPT = (
    "订单SO-2026-0001",
    "运单SF1234567890123",
    "2026-11-20 10:00",
    "赔偿1381.50元",
    "单号75123456789012",
    "CUP-01 x 3, 0.50",
    "me @ home",
    "SO-0001-123-456",
)


@pytest.mark.parametrize("text", MASKED)
def test_a_contact_is_masked(text: str) -> None:
    assert mask_contacts(text) == MASKED[text]


@pytest.mark.parametrize("text", KEPT)
def test_what_is_no_contact_stays(text: str) -> None:
    assert mask_contacts(text) == text


@given(st.text(max_size=80))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask_contacts(text)
    assert mask_contacts(once) == once


def test_a_long_text_is_masked_in_linear_time() -> None:
    text = "a" * 200_000 + " " + "a-" * 50_000 + "9" * 50_000
    assert mask_contacts(f"{text} x@y.zz") == f"{text} [email]"


def test_no_text_of_an_entry_keeps_a_contact() -> None:
    fields = ("summary", "customer_text", "findings", "measures", "reasons", "improvement_plan")
    entry = make_entry(**dict.fromkeys(fields, "问 13812345678"))
    assert entry.texts == dict.fromkeys(fields, "问 [phone]")

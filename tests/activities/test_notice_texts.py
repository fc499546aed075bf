"""Every notice reads well in every language and on every channel."""

import re
from datetime import datetime
from html import unescape
from typing import get_args
from xml.etree import ElementTree

import pytest

from activities.notice_texts import TEMPLATES, money, render
from domain.complaints.events import Outcome as ComplaintOutcome
from domain.notice_kinds import CUSTOMER_NOTICES, FACTS, Channel, NoticeKind
from domain.notices import Notice
from domain.orders import Language
from domain.returns.events import Outcome
from domain.returns.wording import Code
from providers.ports import Contact, Message
from tests.activities.notice_samples import ALICE, FULL, NUMBER, sample

LANGUAGES: tuple[Language, ...] = get_args(Language)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
LEFTOVER = re.compile(r"[{}]|\bNone\b|\bTrue\b|\bFalse\b|undefined|  |\(\)|（）|，。|。。|：。")
GSM_7 = re.compile(r"[A-Za-z0-9 @£$¥èéùìòÇ\r\nØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ!\"#¤%&'()*+,\-./:;<=>?¡ÄÖÑÜ§¿äöñüà]*")


def told(notice: Notice, channel: Channel = "email", **reader: str) -> Message:
    return render(notice, channel, ALICE.model_copy(update=reader), "there")


def segments(text: str) -> int:
    """What an SMS costs: 160 characters of the GSM alphabet or 70 others, a little less each when split."""
    whole, part = (160, 153) if GSM_7.fullmatch(text) else (70, 67)
    return 1 if len(text) <= whole else -(-len(text) // part)


OF_PARCELS = (
    "parcel_picked_up",
    "parcel_out_for_delivery",
    "parcel_arrived",
    "parcel_delivered",
    "extreme_weather",
)
"""Notices that name the parcel by its tracking number, which is what its customer knows."""


@pytest.mark.parametrize("full", [True, False], ids=["full", "needed"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_every_kind_is_told_on_every_channel(kind: NoticeKind, language: Language, full: bool):
    for channel in CHANNELS:
        message = told(sample(kind, language, full=full), channel, language=language)
        known_by = FULL["tracking_no"] if kind in OF_PARCELS else NUMBER
        assert str(known_by) in message.subject + message.body
        assert (message.html is not None) == (channel == "email")
        for text in (message.subject, message.body):
            assert text.strip()
            assert not LEFTOVER.search(text), text
        has_chinese = re.search(r"[\u4e00-\u9fff]", message.body) is not None
        assert has_chinese == (language == "zh-CN")


@pytest.mark.parametrize("full", [True, False], ids=["full", "needed"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_an_sms_is_one_segment(kind: NoticeKind, language: Language, full: bool):
    text = told(sample(kind, language, full=full), "sms", language=language).body
    assert segments(text) == 1, (len(text), text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "name", "values"),
    [
        ("parcel_lost", "refunded", (True, False)),
        ("exchange_out_of_stock", "no_answer_means", ("refund", "wait")),
        ("inspection_failed", "disposition", ("send_back", "keep")),
        ("case_closed", "outcome", get_args(Outcome)),
        ("complaint_closed", "outcome", get_args(ComplaintOutcome)),
        ("refund_settled", "as_voucher", (True, None)),
        ("complaint_paid", "as_voucher", (True, None)),
    ],
)
def test_what_the_case_decided_is_said(
    kind: NoticeKind, name: str, values: tuple[object, ...], language: Language
):
    notices = [sample(kind, language, full=False, **{name: value}) for value in values]
    assert len({told(notice).body for notice in notices}) == len(values)
    short = [told(notice, "sms").body for notice in notices]
    assert len(set(short)) == len(values)
    assert {segments(text) for text in short} == {1}


def test_a_push_message_is_a_sentence():
    assert told(sample("cancelled", "en"), "push").body.startswith("Return request ")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", FACTS)
def test_html_and_plain_text_say_the_same(kind: NoticeKind, language: Language):
    message = told(sample(kind, language), language=language)
    assert message.html is not None
    words = unescape(re.sub(r"<[^>]+>", "", message.html.partition("</head>")[2]))
    for paragraph in message.body.partition("\n--\n")[0].split("\n\n"):
        assert paragraph.split(": https:")[0].strip() in words


@pytest.mark.parametrize("kind", FACTS)
def test_html_is_well_formed_and_loads_nothing_from_outside(kind: NoticeKind):
    html = told(sample(kind, "en")).html or ""
    assert not re.search(r"<(img|link|script|style)|url\(|@import", html)
    as_xml = re.sub(r"<meta[^>]*>", "", html.removeprefix("<!DOCTYPE html>"))
    assert ElementTree.fromstring(as_xml).tag == "html"


def test_what_readers_and_the_desk_wrote_cannot_become_markup():
    html = told(sample("info_requested", "en")).html or ""
    assert "A. &lt;b&gt;" in html
    assert "photo of the &lt;base&gt;?" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_waiting_customer_learns_until_when(language: Language):
    """A kind that may have a deadline says it in the e-mail; the short forms may leave it out."""
    said = {"zh-CN": "2026年12月25日（星期五）18:00", "en": "Friday, 25 December 2026, 18:00"}[language]
    for kind, names in FACTS.items():
        if "until" in names.needs | names.may_have:
            assert said in told(sample(kind, language), language=language).body, kind


@pytest.mark.parametrize(
    ("until", "timezone", "english", "chinese"),
    [
        ("2026-11-18T18", "Asia/Shanghai", "Wednesday, 18 November 2026, 18:00", "18日（星期三）18:00"),
        ("2026-11-18T18", "Europe/London", "Wednesday, 18 November 2026, 10:00", "18日（星期三）10:00"),
        ("2026-11-22T00", "Asia/Shanghai", "the end of Saturday, 21 November 2026", "21日（星期六）24:00"),
        ("2027-01-01T00", "Asia/Shanghai", "the end of Thursday, 31 December 2026", "31日（星期四）24:00"),
        ("2026-11-18T18", "Mars/Base", "Wednesday, 18 November 2026, 10:00 UTC", "18日（星期三）10:00 UTC"),
        ("2026-11-18T18", "../etc", "Wednesday, 18 November 2026, 10:00 UTC", "18日（星期三）10:00 UTC"),
    ],
)
def test_a_deadline_is_told_in_the_readers_zone(until: str, timezone: str, english: str, chinese: str):
    at = datetime.fromisoformat(f"{until}:00:00+08:00")
    in_english = told(sample("ship_back_reminder", "en", until=at), timezone=timezone).body
    in_chinese = told(sample("ship_back_reminder", "zh-CN", until=at), timezone=timezone).body
    assert f"by {english} and" in in_english
    assert f"{chinese} 前" in in_chinese


@pytest.mark.parametrize(
    ("amount_minor", "currency", "english", "chinese"),
    [
        (129900, "CNY", "CN¥1,299.00", "¥1,299.00"),
        (5, "GBP", "£0.05", "£0.05"),
        (1299, "JPY", "¥1,299", "JP¥1,299"),
        (1299, "KWD", "KWD 1.299", "KWD 1.299"),
        (1299, "RSD", "RSD 12.99", "RSD 12.99"),
    ],
)
def test_money_has_its_currency_and_decimals(amount_minor: int, currency: str, english: str, chinese: str):
    assert money(amount_minor, currency, "en") == english
    assert money(amount_minor, currency, "zh-CN") == chinese


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", get_args(Code))
def test_every_code_of_the_rules_has_a_sentence(code: str, language: Language):
    unknown = told(sample("review_refused", language, full=False, code="no_such_code")).body
    known = told(sample("review_refused", language, full=False, code=code)).body
    assert (known == unknown) == (code == "ok")


def test_the_desks_own_words_come_before_the_codes():
    assert "The reason: The lid & the spoon are missing.\n" in told(sample("review_refused", "en")).body


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_pays_the_way_back_is_said(language: Language):
    customer, platform = (
        told(sample("review_approved", language, full=False, freight_payer=payer)).body
        for payer in ("customer", "platform")
    )
    label = told(sample("review_approved", language)).body
    assert len({customer, platform, label}) == 3
    assert str(FULL["label_url"]) in label


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_gets_no_label_learns_the_address(language: Language):
    notice = sample("review_approved", language, full=False, return_address=FULL["return_address"])
    assert str(FULL["return_address"]) in told(notice).body


def test_a_label_that_is_no_web_address_gets_no_button():
    message = told(sample("review_approved", "en", label_url="javascript:alert(1)"))
    assert "javascript" not in message.body + (message.html or "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_sms_says_whose_it_is(language: Language):
    by_default, by_name = (
        render(sample("cancelled", language), "sms", ALICE, "there", brand).body
        for brand in (None, "Cups & Co")
    )
    assert by_name.lstrip("【").startswith("Cups & Co")
    assert by_default.lstrip("【").startswith(("售后服务", "Returns"))


@pytest.mark.parametrize("kind", CUSTOMER_NOTICES)
def test_a_customer_is_spared_the_desks_jargon(kind: NoticeKind):
    for language in LANGUAGES:
        text = told(sample(kind, language)).body
        assert not re.search(r"\b(SLA|workflow|case|breach|event|null)\b|时限|案件", text, re.IGNORECASE), (
            text
        )


def test_staff_are_written_to_in_their_own_language():
    reader = Contact(name="Lead", language="zh-CN", email="lead@example.test")
    message = render(sample("clock_breached", "en"), "email", reader, "lead@example.test")
    assert message.subject == f"已超时：{NUMBER} 的 inspection"
    assert f"return:m1:{NUMBER}" in message.body


def test_every_language_has_every_template():
    names = {kind + ".j2" for kind in FACTS} | {"frame.j2", "reasons.j2", "delivery_words.j2"}
    for language in LANGUAGES:
        assert {path.name for path in (TEMPLATES / language).iterdir()} == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_goods_that_were_not_in_the_parcel_are_not_promised_back(language: Language):
    empty = told(sample("inspection_failed", language, full=False, short_units=1)).body
    mixed = told(sample("inspection_failed", language, full=False, short_units=1, rejected_units=1)).body
    failed = told(sample("inspection_failed", language, full=False)).body
    assert mixed == failed != empty


def test_nothing_is_promised_where_nothing_comes_back():
    assert "0.00" not in told(sample("review_approved", "en", amount_minor=0)).body


@pytest.mark.parametrize("kind", [kind for kind, names in FACTS.items() if "as_voucher" in names.may_have])
def test_nobody_who_took_a_voucher_reads_that_money_went_the_way_they_paid(kind: NoticeKind):
    """Their bank would be asked for it."""
    as_money = told(sample(kind, "en", full=False, remedy="refund" if kind.startswith("delivery") else None))
    as_voucher = told(sample(kind, "en", as_voucher=True))
    assert "the way you paid" in as_money.body
    assert "voucher" not in as_money.body
    assert "bank" not in as_voucher.body
    assert all(words in as_voucher.body for words in ("voucher", "as you agreed", "sends you its code"))

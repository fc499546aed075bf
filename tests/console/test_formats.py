"""Figures, moments and spans as they are written in both languages."""

from datetime import UTC, datetime, timedelta

import pytest

from console.formats import Formats, masked
from console.words import words_of
from domain.orders import Language

NOW = datetime(2026, 11, 26, 15, 30, tzinfo=UTC)


def formats(language: Language, zone: str = "Asia/Shanghai") -> Formats:
    return Formats(words_of(language), zone, NOW)


@pytest.mark.parametrize(
    ("minor", "currency", "written"),
    [(1824000, "CNY", "¥18,240.00"), (129, "GBP", "£1.29"), (500, "JPY", "JP¥500"), (0, None, "—")],
)
def test_money(minor: int, currency: str | None, written: str) -> None:
    assert formats("en").money(minor, currency) == written


def test_a_moment_has_its_weekday_in_the_readers_zone() -> None:
    assert formats("en").moment(NOW) == "Thu 26 Nov 23:30"
    assert formats("zh-CN").moment(NOW) == "11月26日 周四 23:30"
    assert formats("en", "Europe/London").moment(NOW) == "Thu 26 Nov 15:30"


def test_another_year_is_named() -> None:
    assert formats("en").moment(NOW - timedelta(days=365)) == "Wed 26 Nov 2025 23:30"
    assert formats("zh-CN").moment(NOW - timedelta(days=365)) == "2025年11月26日 周三 23:30"


def test_a_deadline_at_midnight_is_the_end_of_the_day_before() -> None:
    midnight = NOW + timedelta(minutes=30)
    assert formats("en").deadline(midnight) == "the end of Thu 26 Nov"
    assert formats("zh-CN").deadline(midnight) == "11月26日 周四 24 点"
    assert formats("en").deadline(midnight + timedelta(minutes=1)) == "Fri 27 Nov 00:01"
    assert formats("en").deadline(midnight + timedelta(days=36)) == "the end of Fri 1 Jan 2027"


def test_a_whole_moment_names_zone_and_seconds() -> None:
    assert "23:30:00" in formats("en").whole_moment(NOW)
    assert "2026" in formats("zh-CN").whole_moment(NOW)


@pytest.mark.parametrize(
    ("length", "english", "chinese"),
    [
        (timedelta(minutes=38, seconds=50), "38 m", "38 分"),
        (timedelta(hours=2, minutes=10), "2 h 10 m", "2 小时 10 分"),
        (-timedelta(hours=2), "2 h", "2 小时"),
        (timedelta(days=4, minutes=5), "96 h", "96 小时"),
    ],
)
def test_spans(length: timedelta, english: str, chinese: str) -> None:
    assert formats("en").span(length) == english
    assert formats("zh-CN").span(length) == chinese


def test_how_long_ago() -> None:
    english = formats("en")
    assert english.ago(NOW - timedelta(minutes=5)) == "5 m ago"
    assert english.ago(NOW - timedelta(days=1)) == "1 day ago"
    assert formats("zh-CN").ago(NOW - timedelta(days=3)) == "3 天前"
    assert english.ago(NOW + timedelta(days=1)) == "0 m ago"


def test_a_masked_name_tells_its_first_sign_only() -> None:
    assert [masked(each) for each in ("王小明", "Wolfeschlegelsteinhausenbergerdorff", None)] == [
        "王***",
        "W***",
        "—",
    ]

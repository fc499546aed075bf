"""Notices in the reader's words: templates, money and dates filled in, one message per channel (sop L3)."""

import copy
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_datetime
from babel.numbers import NumberPattern, get_currency_symbol
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from domain.currencies import as_major, minor_digits
from domain.notice_kinds import Channel
from domain.notices import Notice
from domain.orders import Language
from providers.ports import Contact, Message

TEMPLATES = Path(__file__).parent / "templates"

LOCALES: dict[Language, Locale] = {"zh-CN": Locale.parse("zh_Hans_CN"), "en": Locale.parse("en")}

# Date, then time; the second form is for a day's end, so that nobody reads 00:00 as the day before.
LONG: dict[Language, tuple[str, str]] = {
    "zh-CN": ("y年M月d日（EEEE）HH:mm", "y年M月d日（EEEE）24:00"),
    "en": ("EEEE, d MMMM y, HH:mm", "'the end of' EEEE, d MMMM y"),
}
BRIEF: dict[Language, tuple[str, str]] = {
    "zh-CN": ("M月d日EEEHH:mm", "M月d日EEE24:00"),
    "en": ("EEE d MMM, HH:mm", "'the end of' EEE d MMM"),
}

_environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=StrictUndefined,
    autoescape=lambda name: name is not None and name.endswith(".html.j2"),
    trim_blocks=True,
    lstrip_blocks=True,
)


def _unbroken(text: str) -> Markup:
    """Markup that keeps numbers like R-2026-17 in one line, so that they can be read out on the phone."""
    span = r'<span style="white-space:nowrap">\g<0></span>'
    return Markup(re.sub(r"\b[A-Za-z0-9]+(-[A-Za-z0-9]+)+\b", span, str(escape(text))))


_environment.filters["unbroken"] = _unbroken


def render(notice: Notice, channel: Channel, reader: Contact, to: str, brand: str | None = None) -> Message:
    """The notice for one channel; `brand` is the merchant's name before an SMS.

    A customer is written to in the case's language, the staff in their own.
    """
    language = reader.language if notice.role else notice.language
    words = _words(notice, language, reader, brand)
    subject, short = words["subject"], words["short"]
    if channel == "sms":
        return Message(notice_id=notice.notice_id, to=to, subject=subject, body=words["sms"])
    if channel == "push":
        sentence = short[:1].upper() + short[1:]  # after the name in an SMS it goes on in lower case
        return Message(notice_id=notice.notice_id, to=to, subject=subject, body=sentence)
    return Message(
        notice_id=notice.notice_id,
        to=to,
        subject=subject,
        body=_environment.get_template("email.txt.j2").render(words).strip() + "\n",
        html=_environment.get_template("email.html.j2").render(words),
    )


def money(amount_minor: int, currency: str, language: Language) -> str:
    """An amount as the language writes it, with the decimals that ISO 4217 gives the currency."""
    locale = LOCALES[language]
    pattern = copy.copy(cast(NumberPattern, locale.currency_formats["standard"]))
    digits = minor_digits(currency)  # not babel's: it rounds currencies whose coins are out of use
    pattern.frac_prec = (digits, digits)
    text = pattern.apply(as_major(amount_minor, currency), locale, currency=currency, currency_digits=False)
    symbol = get_currency_symbol(currency, locale)
    return text.replace(symbol, f"{symbol} ") if symbol[-1].isalpha() else text


def day_time(at: datetime, forms: dict[Language, tuple[str, str]], language: Language, timezone: str) -> str:
    """A deadline in the reader's zone; midnight is told as the end of the day before.

    A zone that nobody knows must not keep a notice back: the time is then told in UTC, and says so.
    """
    try:
        zone, suffix = ZoneInfo(timezone), ""
    except (ZoneInfoNotFoundError, ValueError):
        zone, suffix = UTC, " UTC"
    local = at.astimezone(zone).replace(tzinfo=None)
    moment, day_end = forms[language]
    if local.hour == local.minute == 0:
        local, moment = local - timedelta(days=1), day_end
    return format_datetime(local, moment, locale=LOCALES[language]) + suffix


def _words(notice: Notice, language: Language, reader: Contact, brand: str | None) -> dict[str, Any]:
    """Everything that the e-mail and short forms are put together from."""

    def told(forms: dict[Language, tuple[str, str]]) -> Callable[[datetime], str]:
        return lambda at: day_time(at, forms, language, reader.timezone)

    facts = notice.facts
    known = dict(facts) | {
        "amount": None,
        "why": _why(facts.code, facts.reason, language),
        "number": notice.number,
        "case_id": notice.case_id,
        "language": language,
        "name": reader.name,
        "brand": brand,
        "for_staff": notice.role is not None,
        "long": told(LONG),
        "brief": told(BRIEF),
    }
    if facts.amount_minor is not None and facts.currency is not None:
        known["amount"] = money(facts.amount_minor, facts.currency, language)
    said = _said(f"{language}/{notice.kind}.j2", known)
    known |= {
        "subject": " ".join(said["subject"].split()),
        "body": _paragraphs(said["body"]),
        "next": _paragraphs(said["next"]),
        "short": said["short"].strip(),
        "button": said.get("button") if (facts.label_url or "").startswith(("https://", "http://")) else None,
    }
    return known | _said(f"{language}/frame.j2", known)


def _said(template: str, known: dict[str, Any]) -> dict[str, Any]:
    """The values that a template sets."""
    return dict(vars(_environment.get_template(template).make_module(known)))


def _why(code: str | None, reason: str | None, language: Language) -> str:
    """The desk's own words, else the code's sentence, else that we will explain."""
    said = _said(f"{language}/reasons.j2", {})
    return reason or said["reasons"].get(code, said["other_reason"])


def _paragraphs(text: str) -> list[str]:
    """One for each line that says something."""
    return [line.strip() for line in text.splitlines() if line.strip()]

"""How figures, moments, spans and people are written, in the reader's language and zone."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_day_names
from babel.numbers import format_currency, format_decimal, format_percent

from console.words import Words
from domain.currencies import as_major
from domain.orders import Language

LOCALES: dict[Language, str] = {"zh-CN": "zh_Hans_CN", "en": "en_GB"}
SIGNS = {"CNY": "¥", "JPY": "JP¥"}
"""A desk in China reads ¥ as yuan; whoever pays in yen is told so."""

THIS_YEAR: dict[Language, str] = {"zh-CN": "M月d日 EEE HH:mm", "en": "EEE d MMM HH:mm"}
ANOTHER_YEAR: dict[Language, str] = {"zh-CN": "y年M月d日 EEE HH:mm", "en": "EEE d MMM y HH:mm"}
WHOLE: dict[Language, str] = {"zh-CN": "y年M月d日 EEEE HH:mm:ss z", "en": "EEEE d MMMM y HH:mm:ss z"}
DAY: dict[Language, str] = {"zh-CN": "y年M月d日 EEE", "en": "EEE d MMM y"}
SHORT_DAY: dict[Language, str] = {"zh-CN": "M月d日", "en": "d MMM"}
SHARE = "0.00%"

HOUR, DAY_HOURS = timedelta(hours=1), 24
VISIBLE = 1
"""So many signs of a name stay when it is masked."""


class Formats:
    """The ways of writing for one reader at one moment."""

    def __init__(self, words: Words, zone: str, now: datetime) -> None:
        self.words, self.zone, self.now = words, ZoneInfo(zone), now
        self._language: Language = words.language
        self._locale = LOCALES[words.language]

    def money(self, amount_minor: int, currency: str | None) -> str:
        """`¥18,240.00`; nothing where there is no currency."""
        if currency is None:
            return "—"
        sign = SIGNS.get(currency)
        pattern = f"{sign}#,##0.00" if sign else None
        return format_currency(
            as_major(amount_minor, currency), currency, format=pattern, locale=self._locale
        )

    def count(self, number: int) -> str:
        """`1,204`."""
        return format_decimal(number, locale=self._locale)

    def number(self, number: float) -> str:
        """`12.5`, with no more digits than there are."""
        return format_decimal(number, "#,##0.##", locale=self._locale)

    def share(self, share: float) -> str:
        """`93.60%` for 0.936; what is 99.99% is not told as all."""
        return format_percent(share, SHARE, locale=self._locale)

    def moment(self, at: datetime) -> str:
        """`Thu 26 Nov 18:00`, with the year where it is not this one."""
        local = at.astimezone(self.zone)
        patterns = THIS_YEAR if local.year == self.now.astimezone(self.zone).year else ANOTHER_YEAR
        return format_datetime(local, patterns[self._language], locale=self._locale)

    def deadline(self, at: datetime) -> str:
        """The same for people who owe nobody a clock: midnight is the end of the day before."""
        local = at.astimezone(self.zone)
        if local.hour or local.minute:
            return self.moment(at)
        day = local - timedelta(days=1)
        patterns = THIS_YEAR if day.year == self.now.astimezone(self.zone).year else ANOTHER_YEAR
        pattern = patterns[self._language].removesuffix(" HH:mm")
        return self.words("time.end_of", day=format_datetime(day, pattern, locale=self._locale))

    def whole_moment(self, at: datetime) -> str:
        """With year, seconds and zone, for whoever looks closely."""
        return format_datetime(at.astimezone(self.zone), WHOLE[self._language], locale=self._locale)

    def day(self, at: datetime) -> str:
        """`Thu 26 Nov 2026`: heads the steps of a day."""
        return format_datetime(at.astimezone(self.zone), DAY[self._language], locale=self._locale)

    def local_day(self, day: date) -> str:
        """`Thu 26 Nov 2026`, of a day that is one in the reader's zone already."""
        return format_date(day, DAY[self._language], locale=self._locale)

    def short_date(self, day: date) -> str:
        """`26 Nov`: beside an axis."""
        return format_date(day, SHORT_DAY[self._language], locale=self._locale)

    def weekday(self, number: int, *, whole: bool = False) -> str:
        """`Mon` for 0."""
        return get_day_names("wide" if whole else "abbreviated", locale=self._locale)[number]

    def clock_time(self, at: datetime) -> str:
        """`18:00`: under a heading that says the day."""
        return format_datetime(at.astimezone(self.zone), "HH:mm", locale=self._locale)

    def span(self, length: timedelta) -> str:
        """`2 h 10 m`; from a day of hours on without minutes. Hours are never folded into days: a day of
        work is no day.
        """
        minutes = int(abs(length) / timedelta(minutes=1))
        hours, minutes = divmod(minutes, 60)
        if hours >= DAY_HOURS or (hours and not minutes):
            return self.words("time.hours", h=self.count(hours))
        if hours:
            return self.words("time.hours_minutes", h=hours, m=minutes)
        return self.words("time.minutes", m=minutes)

    def minutes(self, minutes: int) -> str:
        """A span that is known in minutes."""
        return self.span(timedelta(minutes=minutes))

    def band(self, topic: str, over: int | None, within: int | None) -> str:
        """`1 h to 4 h`, of minutes; the topic has the words for a band with one end or with both."""
        ends = {"over": over, "within": within}
        told = {name: self.minutes(minutes) for name, minutes in ends.items() if minutes is not None}
        which = "between" if len(told) > 1 else "over" if over is not None else "within"
        return self.words(f"{topic}.{which}", **told)

    def ago(self, at: datetime) -> str:
        """How long ago, in days, hours or minutes: only ever beside the moment itself."""
        passed = max(self.now - at, timedelta(0))
        if passed.days:
            return self.words("time.days_ago", n=passed.days)
        return self.words("time.ago", span=self.span(passed))


def masked(text: str | None) -> str:
    """`W***`: a name or an id of a person for those who need not know it; nothing of its length."""
    return f"{text[:VISIBLE]}***" if text else "—"

"""How instants and spans of time are printed: in the case's zone, always with the offset."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE, HOUR, DAY = 60, 3600, 86400


def moment(at: datetime, timezone: str | None = None) -> str:
    """`2026-11-20 10:00 +08:00`, in the zone if one is named, else as it was written."""
    if timezone is not None:
        at = at.astimezone(ZoneInfo(timezone))
    text = at.isoformat(" ", "minutes" if not at.second else "seconds")
    return f"{text[:-6]} {text[-6:]}"


def weekday_moment(at: datetime, timezone: str) -> str:
    """`Fri 2026-11-20 10:00`, in the zone, for explanations that name the zone once."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%a %Y-%m-%d %H:%M}" + (f":{local:%S}" if local.second else "")


def span(length: timedelta | float) -> str:
    """`2 d 3 h`, `4 h 30 min`, `45 s`: the two largest units; a day is 24 h."""
    seconds = round(length.total_seconds() if isinstance(length, timedelta) else length)
    sign, seconds = ("-" if seconds < 0 else ""), abs(seconds)
    parts: list[str] = []
    for size, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (1, "s")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}")
    return sign + (" ".join(parts[:2]) or "0 s")

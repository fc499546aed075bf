"""Takes out of a log line what must not be in one: keys, tokens, passwords in addresses, mail, phone numbers.

Nobody is to log such things; this is for what an error's text or another library's line brings along.
"""

import re

MASK = "***"
_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\bcw_[0-9a-f]{12}_[A-Za-z0-9_-]+"), f"cw_{MASK}"),
    (re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]+"), f"whsec_{MASK}"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]*)*"), MASK),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}"), rf"\1 {MASK}"),
    (re.compile(r"(?<=://)[^\s/@:]*:[^\s/@]+(?=@)"), MASK),
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b"), MASK),
    (re.compile(r"(?<![\w.+-])\+\d[\d -]{7,}\d\b"), MASK),
    (re.compile(r"(?<![\w.+-])1[3-9]\d[ -]?\d{4}[ -]?\d{4}\b(?![.:-])"), MASK),
)
"""Phone numbers: international ones, and mobile ones of China without the country's prefix."""


def without_secrets(line: str) -> str:
    """The line as it may be written."""
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line

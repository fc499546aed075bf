"""In which language, zone and theme somebody reads: their cookies, else what their browser says."""

from typing import Literal, get_args
from zoneinfo import available_timezones

from starlette.requests import Request
from starlette.responses import Response

from domain.orders import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)
Theme = Literal["auto", "light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)

LANGUAGE_COOKIE, THEME_COOKIE, ZONE_COOKIE = "casework-language", "casework-theme", "casework-zone"
DESK_ZONE = "Asia/Shanghai"
YEAR_SECONDS = 365 * 24 * 3600
ZONES = frozenset(available_timezones())


def language_of(request: Request) -> Language:
    """What was chosen, else the first of the browser's languages that there is, else Chinese."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return negotiated(request.headers.get("accept-language", ""))


def negotiated(accepted: str, otherwise: Language = LANGUAGES[0]) -> Language:
    """The best of an `Accept-Language`; `zh-TW` is Chinese, `en-GB` English, anything else is passed over."""
    best: tuple[float, Language] = (0.0, otherwise)
    for part in accepted.split(","):
        tag, _, parameter = part.strip().partition(";")
        for language in LANGUAGES:
            if tag[:2].lower() == language[:2] and _quality(parameter) > best[0]:
                best = (_quality(parameter), language)
    return best[1]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name == "q" else 1.0
    except ValueError:
        return 0.0


def theme_of(request: Request) -> Theme:
    """What was chosen, else as the reader's system has it."""
    chosen = request.cookies.get(THEME_COOKIE)
    return chosen if chosen in THEMES else "auto"


def zone_of(request: Request) -> str:
    """The reader's time zone, which their browser tells with its first page; the desk's until then."""
    told = request.cookies.get(ZONE_COOKIE, "")
    return told if told in ZONES else DESK_ZONE


def remember(response: Response, request: Request, name: str, value: str) -> None:
    """Keep a choice in the browser. It says nothing of anybody, so a page's script may write it too."""
    response.set_cookie(
        name, value, max_age=YEAR_SECONDS, samesite="lax", secure=request.url.scheme == "https"
    )


def local_path(back: str) -> str:
    """A path of ours to go back to; never another site."""
    is_ours = back.startswith("/") and not back.startswith(("//", "/\\")) and back.isprintable()
    return back if is_ours else "/"

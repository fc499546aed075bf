"""The customer's page put together: the case of a link, what its customer says, one way of saying no."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from typing import Annotated, Any, Literal, cast

import structlog
from fastapi import FastAPI, Form, Request
from fastapi.exceptions import RequestValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from console.assets import Assets
from console.customer.desk import CustomerDesk, Said, Shown
from console.customer.headers import HEADERS
from console.formats import Formats
from console.languages import LANGUAGES, negotiated
from console.pages import TEMPLATES
from console.words import words_of
from domain.access import LinkInvalid, RequestForged
from domain.customer_view import Ask
from domain.errors import CaseworkError, InvalidRequest, Refused
from domain.orders import Language
from starters.customer_links import PATH
from starters.http.problems import RETRY_AFTER_SECONDS, status_of
from starters.safety_headers import SafeApp
from starters.witness import Witness

SEE_OTHER, BAD_REQUEST, NOT_FOUND, FAILED, AWAY = 303, 400, 404, 500, 503
WORDS_MAX, NUMBER_MAX, KEY_MAX = 2000, 64, 64
OWN_SITES = ("same-origin", "none")
"""Where a request may come from, in browsers that say so: our own page, or nowhere."""
LINK = f"{PATH}/{{token}}"

Field = Annotated[str, Form(max_length=NUMBER_MAX)]
TheLanguage = Literal["", "zh-CN", "en"]


def build_app(desk: CustomerDesk, witness: Witness) -> FastAPI:
    """An app over a desk; its pages are nobody's without a link."""
    app = SafeApp(
        HEADERS,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        exception_handlers={
            CaseworkError: _refuse,
            RequestValidationError: _not_readable,
            BAD_REQUEST: _not_readable,
            NOT_FOUND: _not_there,
            405: _not_there,
            Exception: _broken,
        },
    )
    app.state.desk, app.state.witness = desk, witness
    app.add_api_route(LINK, show_case, methods=["GET"], response_class=HTMLResponse)
    app.add_api_route(LINK, take_word, methods=["POST"], response_class=HTMLResponse)
    app.mount("/static", Assets(), "static")
    return app


async def show_case(request: Request, token: str, lang: TheLanguage = "", said: str = "") -> Response:
    """The case as it is now; `said` names what the customer has just told us."""
    now = datetime.now(UTC)
    shown = await _desk(request).show(token, now)
    await _note(request, "read", shown)
    return _page(request, shown, token, lang, now, said=said)


async def take_word(
    request: Request,
    token: str,
    ask: Annotated[Ask, Form()],
    key: Annotated[str, Form(min_length=1, max_length=KEY_MAX, pattern=r"^[A-Za-z0-9_-]+$")],
    lang: Annotated[TheLanguage, Form()] = "",
    words: Annotated[str, Form(max_length=2 * WORDS_MAX)] = "",
    choice: Field = "",
    carrier: Field = "",
    tracking_no: Field = "",
) -> Response:
    """Done once, however often the form is sent; then the page shows what came of it."""
    if request.headers.get("sec-fetch-site", "none") not in OWN_SITES:
        raise RequestForged("the request does not come from our page: open your link again")
    now = datetime.now(UTC)
    desk = _desk(request)
    shown = await desk.show(token, now)
    told = Said(
        ask=ask,
        key=key,
        # A browser sends two signs for the end of a line, and counts one.
        words=words.replace("\r\n", "\n").strip(),
        choice=choice,
        carrier=carrier,
        tracking_no="".join(tracking_no.split()),
    )
    try:
        await desk.say(shown, told, now)
    except InvalidRequest:
        return _page(request, shown, token, lang, now, wrong=told, status=BAD_REQUEST)
    except Refused:
        # The case went on meanwhile: the page says how it stands now.
        return _back(token, lang, "late")
    return _back(token, lang, ask)


def _back(token: str, lang: str, said: str) -> Response:
    chosen = f"&lang={lang}" if lang else ""
    return RedirectResponse(f"{PATH}/{token}?said={said}{chosen}", SEE_OTHER)


def _page(
    request: Request,
    shown: Shown,
    token: str,
    lang: str,
    now: datetime,
    *,
    said: str = "",
    wrong: Said | None = None,
    status: int = 200,
) -> HTMLResponse:
    formats = Formats(words_of(_language(request, lang, shown.language)), shown.timezone, now)
    return _render(
        "customer/case.html",
        formats,
        status,
        view=shown.view,
        told=shown.told,
        carriers=shown.carriers,
        is_late=shown.view.until is not None and shown.view.until < now,
        said=said if f"customer.said.{said}" in formats.words.entries else "",
        wrong=wrong,
        key=token_urlsafe(9),
        lang=lang,
        here=f"{PATH}/{token}",
    )


def _render(template: str, formats: Formats, status: int = 200, **given: Any) -> HTMLResponse:
    words = formats.words
    common = {"t": words, "f": formats, "language": words.language, "words_max": WORDS_MAX}
    return HTMLResponse(TEMPLATES.get_template(template).render(common | given), status)


def _language(request: Request, chosen: str, own: Language) -> Language:
    """What was chosen, else a language of the browser's, else the case's own."""
    if chosen in LANGUAGES:
        return chosen
    return negotiated(request.headers.get("accept-language", ""), own)


def _desk(request: Request) -> CustomerDesk:
    desk: CustomerDesk = request.app.state.desk
    return desk


async def _note(request: Request, kind: Literal["read"], shown: Shown) -> None:
    witness: Witness = request.app.state.witness
    link = shown.link
    await witness.note(kind, request, target=link.case_id, reason=f"link {link.link_id}")


async def _refuse(request: Request, error: Exception) -> Response:
    """Everything that has a code. A link that opens nothing is told in the same words whatever is wrong."""
    error = cast("CaseworkError", error)
    status = status_of(type(error))
    # Never the address: the token stands in it.
    structlog.get_logger().warning("customer refused", code=error.code, http_status=status)
    witness: Witness = request.app.state.witness
    await witness.refusal(request, error, status)
    kind = "link" if isinstance(error, LinkInvalid) else "away" if status >= FAILED else "refused"
    return _failure(request, status, kind, error.code)


async def _not_readable(request: Request, error: Exception) -> Response:
    return _failure(request, BAD_REQUEST, "refused", "invalid_request")


async def _not_there(request: Request, error: Exception) -> Response:
    return _failure(request, NOT_FOUND, "link", "not_found")


async def _broken(request: Request, error: Exception) -> Response:
    structlog.get_logger().error("customer's page broke", exc_info=error)
    return _failure(request, FAILED, "away", "internal")


def _failure(request: Request, status: int, kind: str, code: str) -> Response:
    language = negotiated(request.headers.get("accept-language", ""))
    formats = Formats(words_of(language), "UTC", datetime.now(UTC))
    response = _render("customer/failure.html", formats, status, kind=kind, code=code)
    if status == AWAY:
        response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response

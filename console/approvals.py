"""`/approvals`: refunds that wait for a second person, the first due first; and the word on one or many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from console.desk import Desk, TheDesk
from console.formats import Formats
from console.pages import formats_of, show
from console.sign_in import Person, SignedIn
from domain.access import check_may, check_sees
from domain.approvals import Approval
from domain.cases.messages import Words
from domain.errors import CaseworkError, InvalidRequest
from domain.refunds import DecideRefund
from domain.staff.roles import may
from starters.approvals import Decided, Seen
from starters.gate import permission_of
from starters.sight import Sight
from starters.witness import witness_of
from store.approvals import Approvals, CustomerHistory, Waiting

router = APIRouter(prefix="/approvals")

Verdict = Literal["approve", "decline"]
Refunds = Annotated[list[str], Form()]
"""Each a refund's id and, after a space, the hash of what was shown of it."""
MOST_ROWS = 200


@dataclass(frozen=True)
class QueueRow:
    """A refund that waits. `is_own`: the reader had a hand in it."""

    asked: Waiting
    is_own: bool
    history: CustomerHistory | None


@dataclass(frozen=True)
class Planned:
    """What would become of a refund: an effect, or why nothing."""

    asked: Approval | None
    seen: Seen
    refusal: str = ""


@router.get("")
async def queue(request: Request, who: Person, desk: TheDesk) -> Response:
    """Everybody who reads cases sees it; who may not approve sees no boxes."""
    check_may(who, "read")
    waiting = await desk.approvals.waiting(who.merchant)
    histories = await Approvals(desk.pool).histories([each.case_id for each in waiting])
    is_clear = await Sight(who, witness_of(request), request).is_clear()
    rows = [QueueRow(each, who.subject in each.hands, histories.get(each.case_id)) for each in waiting]
    sums: dict[str, int] = {}
    for each in waiting:
        sums[each.currency] = sums.get(each.currency, 0) + each.amount_minor
    return show(
        request,
        "approvals.html",
        person=who,
        rows=rows,
        sums=sums,
        decides=_decides(who),
        is_clear=is_clear,
    )


@router.post("/preview")
async def preview(
    request: Request,
    who: Person,
    desk: TheDesk,
    verdict: Annotated[Verdict, Form()],
    refund: Refunds = [],  # noqa: B006 - FastAPI takes it as "none given"
) -> Response:
    """Nothing is decided yet."""
    check_may(who, permission_of(DecideRefund))
    formats = formats_of(request)
    plans = [await _planned(desk, who, verdict, each, formats) for each in seen_of(refund)]
    going = [each for each in plans if each.asked is not None and not each.refusal]
    return show(
        request,
        "approvals_preview.html",
        person=who,
        formats=formats,
        verdict=verdict,
        plans=plans,
        going=going,
    )


@router.post("/do")
async def do(
    request: Request,
    who: Person,
    desk: TheDesk,
    verdict: Annotated[Verdict, Form()],
    refund: Refunds = [],  # noqa: B006
    reason: Annotated[Words | None, Form()] = None,
) -> Response:
    """Each by itself. A word is bound to what was shown; the same word sent again is the same word."""
    check_may(who, permission_of(DecideRefund))
    if verdict == "decline" and not reason:
        raise InvalidRequest("a no needs a reason: the case hears it", field="reason")
    done = await decide_all(desk, who, verdict, seen_of(refund), reason)
    made = sum(1 for each in done if not each.code)
    return show(request, "approvals_done.html", person=who, done=done, made=made, back="/approvals")


def seen_of(refunds: Sequence[str]) -> list[Seen]:
    """What somebody saw. Raises `InvalidRequest` for nothing, and for too much at a time."""
    if not refunds or len(refunds) > MOST_ROWS:
        raise InvalidRequest(f"select at least one refund, and at most {MOST_ROWS}", field="refund")
    pairs = (each.rpartition(" ") for each in dict.fromkeys(refunds))
    return [Seen(refund_id=refund_id, hash=shown) for refund_id, _, shown in pairs]


async def decide_all(
    desk: Desk, who: SignedIn, verdict: Verdict, seen: Sequence[Seen], reason: str | None
) -> list[Decided]:
    """The word on each, one after the other. Raises `CaseNotFound` for another merchant's, before any.

    Whose a refund is, its case says: ids of refunds differ by the kind that asks.
    """
    known = [await _asked(desk, who, each) for each in seen]
    return [
        await desk.approvals.answer(each, approve=verdict == "approve", by=who.subject, reason=reason)
        if isinstance(asked, Approval)
        else asked
        for each, asked in zip(seen, known, strict=True)
    ]


async def _asked(desk: Desk, who: SignedIn, seen: Seen) -> Approval | Decided:
    """What was asked of it, or why there is nothing to say."""
    try:
        asked = await desk.approvals.show(seen.refund_id)
    except CaseworkError as error:
        return Decided(refund_id=seen.refund_id, code=error.code, message=error.message)
    check_sees(who, asked.case_id)
    return asked


def _decides(who: SignedIn) -> bool:
    return may(who.roles, "approve")


async def _planned(desk: Desk, who: SignedIn, verdict: Verdict, seen: Seen, formats: Formats) -> Planned:
    t, asked = formats.words, await _asked(desk, who, seen)
    if isinstance(asked, Decided):
        return Planned(None, seen, t.name_or(f"refusal.{asked.code}", asked.message or ""))
    is_own = who.subject in asked.hands
    if asked.state != "asked":
        refusal = t("refusal.already_decided")
    elif asked.hash != seen.hash:
        refusal = t("refusal.approval_stale")
    elif verdict == "approve" and is_own:
        refusal = t("bulk.own_hand")
    elif not _decides(who) and not is_own:
        refusal = t("bulk.not_an_approver")
    else:
        refusal = ""
    return Planned(asked, seen, refusal)

"""What the customer's page reads and acts through: the case of a link, and their word on it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from domain.cases.links import Cause
from domain.cases.messages import Answer, Opened
from domain.cases.state import AnyState
from domain.complaints import messages as complaints
from domain.complaints import requests as on_complaints
from domain.complaints.record import Demand
from domain.customer_view import Ask, CustomerView, customer_view, told
from domain.deliveries import messages as on_deliveries
from domain.errors import CaseworkError, WrongStage
from domain.message import Message
from domain.orders import Language
from domain.returns import messages as on_returns
from domain.returns.decisions.appeal import takes_appeal
from domain.returns.state import ReturnState
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.customer_links import LinkDesk
from starters.requests import message
from store.case_archive import CaseArchive
from store.customer_links import CustomerLink

KEY_CHARS = 8


@dataclass(frozen=True)
class Shown:
    """A case as its customer sees it now, and what the page needs to show it."""

    link: CustomerLink
    state: AnyState
    view: CustomerView
    told: str | None
    language: Language
    timezone: str
    carriers: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """What a customer sent: what they were asked for, and what stands in its fields."""

    ask: Ask
    key: str
    """The form's own: sent twice, it is done once."""
    words: str = ""
    choice: str = ""
    carrier: str = ""
    tracking_no: str = ""


@dataclass(frozen=True)
class CustomerDesk:
    """One per process."""

    links: LinkDesk
    records: CaseRecords
    archive: CaseArchive
    cases: Cases

    async def show(self, token: str, now: datetime) -> Shown:
        """The case of a link. Raises `LinkInvalid`, `StoreUnavailable`."""
        link = await self.links.open(token, now)
        facts = await self.records.events(link.case_id)
        state = await self.archive.folded(link.case_id, facts)
        view = customer_view(state, now)
        return Shown(
            link=link,
            state=state,
            view=view,
            told=told(view.asks, facts),
            language=state.language,
            timezone=state.order.timezone if state.order else "Asia/Shanghai",
            carriers=await self._carriers(state) if "ship" in view.asks else (),
        )

    async def say(self, shown: Shown, said: Said, now: datetime) -> None:
        """Pass the customer's word on to their case, and wait until it is recorded.

        Raises `WrongStage` for what nobody asks them (any more), `InvalidRequest` that names the field.
        """
        if said.ask not in shown.view.asks:
            raise WrongStage("this is not asked for, or not any more", stage=shown.view.now)
        case_id, key = shown.link.case_id, f"page-{shown.link.link_id}-{said.key}"
        if said.ask == "wrong" and isinstance(shown.state, ReturnState):
            await self._complain(shown.state, said, key, now)
            return
        answer = await self.cases.act(case_id, request_of(shown.view, said), key)
        await self.records.wait_for(case_id, answer.seq)

    async def _complain(self, state: ReturnState, said: Said, key: str, now: datetime) -> None:
        """What was refused is appealed against; anything else that is wrong with a return is a complaint."""
        answer: Answer | Opened
        if takes_appeal(state, now):
            answer = await self.cases.act(state.case_id, message(on_returns.Appeal, reason=said.words), key)
            await self.records.wait_for(state.case_id, answer.seq)
            return
        start = complaint_about(state, said)
        answer = await self.cases.open(start)
        await self.records.wait_for(start.case_id, answer.seq)

    async def _carriers(self, state: AnyState) -> tuple[str, ...]:
        """The carriers that the case's policy knows; none where this program cannot read it."""
        try:
            policy = await self.archive.policy(state.policy_hash)
        except (CaseworkError, LookupError):
            return ()
        return tuple(sorted(policy.carrier_claims.carriers)) if policy.carrier_claims else ()


def request_of(view: CustomerView, said: Said) -> Message:
    """A customer's word as the request that it is to this kind of case. Raises `InvalidRequest`."""
    if view.kind == "complaint":
        return _to_complaint(said)
    if view.kind == "delivery":
        return _to_delivery(said)
    match said.ask:
        case "give_info":
            return message(on_returns.GiveInfo, answer=said.words)
        case "accept_advice":
            return message(on_returns.AcceptAdvice, accept=said.choice == "yes")
        case "ship":
            return message(on_returns.Ship, carrier=said.carrier, tracking_no=said.tracking_no)
        case "choose":
            return message(on_returns.Choose, choice=said.choice)
        case _:
            return message(on_returns.Confirm)


def _to_complaint(said: Said) -> Message:
    if said.ask == "give_info":
        return message(on_complaints.GiveInfo, answer=said.words)
    is_satisfied = said.ask == "confirm"
    words = None if is_satisfied else said.words
    return message(on_complaints.ConfirmSolution, satisfied=is_satisfied, words=words)


def _to_delivery(said: Said) -> Message:
    if said.ask == "choose":
        return message(on_deliveries.Choose, remedy=said.choice)
    if said.ask == "wrong":
        return message(on_deliveries.Object, reason=said.words)
    return message(on_deliveries.ConfirmDelivery)


def complaint_about(state: ReturnState, said: Said) -> complaints.OpenComplaint:
    """A complaint about a return; the same form always opens the same one. Raises `InvalidRequest`."""
    wants: Literal["refund", "exchange"] = "exchange" if state.kind == "exchange" else "refund"
    complaint = message(
        complaints.Complaint,
        customer_id=state.bought.customer_id,
        order_id=state.bought.order_id,
        occurred_at=state.stage_since,
        content=said.words,
        demand=message(Demand, wants=[wants]),
        about=state.case_id,
        language=state.language,
        category="returns",
        policy=state.policy,
        channel="web",
    )
    return complaints.OpenComplaint(
        merchant=state.merchant,
        number=f"{state.number[:50]}-page-{said.key[:KEY_CHARS]}",
        cause=Cause(case_id=state.case_id, relation="about"),
        complaint=complaint,
    )

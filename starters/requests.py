"""What may be asked of a return, as typed calls; each sends one message under the caller's key."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from domain.invalid import invalid_request
from domain.orders import Kind
from domain.refund_ways import Way
from domain.returns import messages as ask

M = TypeVar("M", bound=BaseModel)


def message(model: type[M], **fields: Any) -> M:
    """The message, fields that are None left out. Raises `InvalidRequest` that names the field."""
    try:
        return model.model_validate({name: value for name, value in fields.items() if value is not None})
    except ValidationError as error:
        raise invalid_request(error) from None


class ReturnRequests(ABC):
    """One method per update. `key` is the caller's idempotency key: the same key is answered once for all."""

    @abstractmethod
    async def act(self, case_id: str, request: BaseModel, key: str) -> ask.Answer:
        """Send a message to a case and return its answer."""

    async def review(
        self, case_id: str, *, agent: str, approve: bool, reason: str | None = None, key: str
    ) -> ask.Answer:
        """Approve or refuse the application (sop R4)."""
        return await self.act(case_id, message(ask.Review, agent=agent, approve=approve, reason=reason), key)

    async def request_info(self, case_id: str, *, agent: str, question: str, key: str) -> ask.Answer:
        """Ask the customer for more."""
        return await self.act(case_id, message(ask.RequestInfo, agent=agent, question=question), key)

    async def give_info(
        self, case_id: str, *, answer: str, attachments: Sequence[str] = (), key: str
    ) -> ask.Answer:
        """The customer's answer."""
        return await self.act(case_id, message(ask.GiveInfo, answer=answer, attachments=attachments), key)

    async def ship(
        self, case_id: str, *, carrier: str, tracking_no: str, freight_paid_minor: int = 0, key: str
    ) -> ask.Answer:
        """The customer's own tracking number."""
        shipped = message(
            ask.Ship, carrier=carrier, tracking_no=tracking_no, freight_paid_minor=freight_paid_minor
        )
        return await self.act(case_id, shipped, key)

    async def receive(
        self,
        case_id: str,
        *,
        warehouse: str,
        received_at: datetime | None = None,
        lines: Sequence[ask.LineCount] | None = None,
        key: str,
    ) -> ask.Answer:
        """The warehouse took the parcel in; a case that had expired or was cancelled goes on."""
        received = message(ask.Receive, warehouse=warehouse, received_at=received_at, lines=lines)
        return await self.act(case_id, received, key)

    async def resolve_parcel(
        self,
        case_id: str,
        *,
        by: str,
        event: Literal["refused", "lost"],
        reason: str,
        refund: bool = False,
        key: str,
    ) -> ask.Answer:
        """A word on a parcel that went wrong."""
        word = message(ask.ResolveParcel, by=by, event=event, refund=refund, reason=reason)
        return await self.act(case_id, word, key)

    async def inspect(
        self, case_id: str, *, inspector: str, lines: Sequence[ask.InspectedLine], key: str
    ) -> ask.Answer:
        """The inspection's result."""
        return await self.act(case_id, message(ask.Inspect, inspector=inspector, lines=lines), key)

    async def choose(
        self, case_id: str, *, choice: Literal["refund", "wait", "exchange"], key: str
    ) -> ask.Answer:
        """The customer's choice when the exchange is out of stock."""
        return await self.act(case_id, message(ask.Choose, choice=choice), key)

    async def advise(
        self, case_id: str, *, agent: str, diagnosis: str, recommend: Kind, key: str
    ) -> ask.Answer:
        """An agent's diagnosis, and what would help best (sop R8)."""
        word = message(ask.Advise, agent=agent, diagnosis=diagnosis, recommend=recommend)
        return await self.act(case_id, word, key)

    async def accept_advice(self, case_id: str, *, accept: bool = True, key: str) -> ask.Answer:
        """The customer's word on the advice."""
        return await self.act(case_id, message(ask.AcceptAdvice, accept=accept), key)

    async def resolve_clawback(
        self,
        case_id: str,
        *,
        by: str,
        outcome: Literal["paid_back", "written_off"],
        reason: str,
        amount_minor: int | None = None,
        provider_ref: str | None = None,
        key: str,
    ) -> ask.Answer:
        """What became of money that went out in advance and was asked back."""
        word = message(
            ask.ResolveClawback,
            by=by,
            outcome=outcome,
            reason=reason,
            amount_minor=amount_minor,
            provider_ref=provider_ref,
        )
        return await self.act(case_id, word, key)

    async def appeal(
        self, case_id: str, *, reason: str, by: Literal["customer", "agent"] = "customer", key: str
    ) -> ask.Answer:
        """The customer does not accept a refusal; closed returns take it too. It becomes a complaint."""
        return await self.act(case_id, message(ask.Appeal, by=by, reason=reason), key)

    async def retry_refund(
        self,
        case_id: str,
        *,
        by: str,
        reason: str,
        amount_minor: int | None = None,
        way: Way = "original",
        customer_says: str | None = None,
        key: str,
    ) -> ask.Answer:
        """Pay a failed refund again, or give a voucher in its place, with the customer's word."""
        word = message(
            ask.RetryRefund,
            by=by,
            reason=reason,
            amount_minor=amount_minor,
            way=way,
            customer_says=customer_says,
        )
        return await self.act(case_id, word, key)

    async def confirm(
        self, case_id: str, *, by: Literal["customer", "agent"] = "customer", key: str
    ) -> ask.Answer:
        """It arrived; the case closes."""
        return await self.act(case_id, message(ask.Confirm, by=by), key)

    async def cancel(
        self,
        case_id: str,
        *,
        by: Literal["customer", "agent"] = "customer",
        reason: str | None = None,
        key: str,
    ) -> ask.Answer:
        """The customer withdraws."""
        return await self.act(case_id, message(ask.Cancel, by=by, reason=reason), key)

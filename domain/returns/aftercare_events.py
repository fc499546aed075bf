"""The facts of advice, repair, reissue and appeal (sop R8). Stored names and versions are for ever."""

from domain.base import Instant
from domain.orders import Kind
from domain.returns.events import ReturnEvent


class Diagnosed(ReturnEvent):
    """An agent found out what the matter is."""

    name = "return.diagnosed"
    diagnosis: str


class Advised(ReturnEvent):
    """The desk recommends something other than what was applied for; the customer is asked."""

    name = "return.advised"
    recommend: Kind


class AdviceAnswered(ReturnEvent):
    """The customer's word on the advice; `kind` is what the case is about from now on."""

    name = "return.advice_answered"
    kind: Kind


class GoodsWaived(ReturnEvent):
    """Nothing need come back: the policy (`automatic`) or an agent does without the goods."""

    name = "return.goods_waived"
    automatic: bool = False


class RepairOrdered(ReturnEvent):
    """The workshop was asked to repair what passed; all attempts together end at `repair_by`."""

    name = "return.repair_ordered"
    attempt: int
    repair_by: Instant


class Repaired(ReturnEvent):
    """The goods work again."""

    name = "return.repaired"
    attempt: int


class RepairFailed(ReturnEvent):
    """The goods do not work; with `choose_by` there is no further attempt and the customer chooses."""

    name = "return.repair_failed"
    reason: str
    choose_by: Instant | None = None


class Appealed(ReturnEvent):
    """The customer does not accept the refusal; a complaint about this return looks into it."""

    name = "return.appealed"
    reason: str


OWN: tuple[type[ReturnEvent], ...] = (
    Diagnosed,
    Advised,
    AdviceAnswered,
    GoodsWaived,
    RepairOrdered,
    Repaired,
    RepairFailed,
    Appealed,
)

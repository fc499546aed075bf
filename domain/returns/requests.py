"""What a return asks of warehouse, carriers and shop, each under a key so that a repeat does nothing."""

from domain.base import Instant, Model
from domain.returns.decisions.settlement import lines_to_send_back
from domain.returns.state import LineState, ReturnState
from domain.sla import Duration


class WantedLabel(Model):
    """A prepaid label for a return."""

    key: str
    merchant: str
    order_id: str


class Goods(Model):
    """Units of an order line."""

    line: str
    sku: str
    quantity: int


class WantedParcel(Model):
    """Goods that are to go to the customer: a replacement, or what did not pass.

    With `wait_until`, what is out of stock is asked for again until then.
    """

    key: str
    case_id: str
    merchant: str
    order_id: str
    goods: list[Goods]
    wait_until: Instant | None = None
    retry_every: Duration | None = None


def label_request(state: ReturnState) -> WantedLabel:
    """The label of this return; a new one after a parcel was refused."""
    return WantedLabel(
        key=f"lb-{state.merchant}-{state.number}-{state.parcels_refused + 1}",
        merchant=state.merchant,
        order_id=state.bought.order_id,
    )


class WantedRepair(Model):
    """What passed is to be repaired; asked about until the workshop says what became of it."""

    key: str
    case_id: str
    merchant: str
    goods: list[Goods]
    ask_every: Duration


def repair_request(state: ReturnState) -> WantedRepair:
    """This attempt at the repair."""
    assert state.repair is not None
    rules = state.terms.returns.repair
    assert rules is not None
    return WantedRepair(
        key=f"rp-{state.merchant}-{state.number}-{state.repair.attempt}",
        case_id=state.case_id,
        merchant=state.merchant,
        goods=[_goods(state, line, line.passed) for line in state.lines.values() if line.passed],
        ask_every=rules.ask_every,
    )


def return_repaired_request(state: ReturnState) -> WantedParcel:
    """The repaired goods go to the customer."""
    goods = [_goods(state, line, line.passed) for line in state.lines.values() if line.passed]
    return _parcel(state, f"sr-{state.merchant}-{state.number}", goods)


def send_back_request(state: ReturnState) -> WantedParcel:
    """What did not pass and is not kept."""
    goods = [_goods(state, line, line.rejected) for line in lines_to_send_back(state)]
    return _parcel(state, f"sb-{state.merchant}-{state.number}", goods)


def exchange_request(state: ReturnState, line: LineState) -> WantedParcel:
    """The replacement of a line's passed units; patient when the customer chose to wait."""
    wanted = _parcel(
        state, f"ex-{state.merchant}-{state.number}-{line.line}", [_goods(state, line, line.passed)]
    )
    if state.wait_until is None:
        return wanted
    every = state.terms.returns.exchange.ask_stock_every
    return wanted.model_copy(update={"wait_until": state.wait_until, "retry_every": every})


def _parcel(state: ReturnState, key: str, goods: list[Goods]) -> WantedParcel:
    return WantedParcel(
        key=key,
        case_id=state.case_id,
        merchant=state.merchant,
        order_id=state.bought.order_id,
        goods=goods,
    )


def _goods(state: ReturnState, line: LineState, quantity: int) -> Goods:
    bought = next(each for each in state.bought.lines if each.line == line.line)
    return Goods(line=line.line, sku=line.part or bought.sku, quantity=quantity)

"""What a delivery exception asks of the shop: the affected goods once more, under a key of their own."""

from domain.deliveries.state import DeliveryState
from domain.returns.requests import Goods, WantedParcel


def redelivery_request(state: DeliveryState) -> WantedParcel:
    """The affected units as a replacement order; patient when the customer chose to wait."""
    skus = {line.line: line.sku for line in state.bought.lines}
    wanted = WantedParcel(
        key=f"rd-{state.merchant}-{state.number}",
        case_id=state.case_id,
        merchant=state.merchant,
        order_id=state.bought.order_id,
        goods=[Goods(line=line, sku=skus[line], quantity=count) for line, count in state.lines.items()],
    )
    if state.wait_until is None:
        return wanted
    every = state.terms.deliveries.stock.ask_every
    return wanted.model_copy(update={"wait_until": state.wait_until, "retry_every": every})

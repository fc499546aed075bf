"""The shop's order system over HTTP."""

from domain.base import Model
from domain.errors import NotFound, OrderNotFound
from domain.orders import Order
from providers.http import HttpSystem, path
from providers.ports import Contact, ExchangeRequest


class _Placed(Model):
    new_order_id: str


class HttpShop:
    """`ShopPort` for a shop at one address."""

    def __init__(self, system: HttpSystem) -> None:
        self._system = system

    async def order(self, merchant: str, order_id: str) -> Order:
        """The order; raises `OrderNotFound` also when the shop answers with another merchant's."""
        where = path("merchants", merchant, "orders", order_id)
        found = await self._system.ask("an order", where, Order, missing=OrderNotFound)
        if (found.merchant, found.order_id) != (merchant, order_id):
            raise OrderNotFound(f"{self._system.name} answered with another order", system=self._system.name)
        return found

    async def contact(self, merchant: str, customer_id: str) -> Contact:
        """How to reach the customer; raises `NotFound`."""
        where = path("merchants", merchant, "customers", customer_id)
        return await self._system.ask("a customer's contact", where, Contact, missing=NotFound)

    async def exchange(self, request: ExchangeRequest) -> str:
        """Place the replacement order once per key; raises `OutOfStock`."""
        body = {
            "key": request.key,
            "order_id": request.order_id,
            "lines": [line.model_dump() for line in request.lines],
        }
        where = path("merchants", request.merchant, "exchanges")
        return (await self._system.tell("a replacement order", where, body, _Placed)).new_order_id

"""The shop's order system over HTTP; tests put orders, customers and stock into it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.orders import Order
from sandbox.faults import Faults
from sandbox.http import Refusal, answer, answer_all, read
from sandbox.messages import Contact, Exchange, Stock, VoucherRequest
from sandbox.shop_state import Shop


class ShopDoors:
    """The shop's handlers; those that a real shop has are behind the faults."""

    def __init__(self, shop: Shop, faults: Faults) -> None:
        self._shop = shop
        self._faults = faults

    def routes(self) -> list[Route]:
        """The shop's routes."""
        merchant, guard = "/merchants/{merchant}", self._faults.guard
        order, customer = f"{merchant}/orders/{{order_id:path}}", f"{merchant}/customers/{{customer_id:path}}"
        stock = f"{merchant}/stock/{{sku:path}}"
        exchange = guard("shop", "exchange", self._exchange)
        return [
            Route(order, guard("shop", "order", self._get_order), methods=["GET"]),
            Route(order, self._put_order, methods=["PUT"]),
            Route(customer, guard("shop", "contact", self._get_contact), methods=["GET"]),
            Route(customer, self._put_contact, methods=["PUT"]),
            Route(stock, self._get_stock, methods=["GET"]),
            Route(stock, self._put_stock, methods=["PUT"]),
            Route(f"{merchant}/exchanges", exchange, methods=["POST"]),
            Route("/exchanges", self._exchanges, methods=["GET"]),
            Route(f"{merchant}/vouchers", guard("shop", "voucher", self._give_voucher), methods=["POST"]),
            Route(
                f"{merchant}/vouchers/{{key}}",
                guard("shop", "find_voucher", self._get_voucher),
                methods=["GET"],
            ),
            Route("/vouchers", self._vouchers, methods=["GET"]),
        ]

    async def _get_order(self, request: Request) -> Response:
        return answer(self._shop.order(request.path_params["merchant"], request.path_params["order_id"]))

    async def _put_order(self, request: Request) -> Response:
        order = await read(request, Order)
        path = request.path_params
        if (order.merchant, order.order_id) != (path["merchant"], path["order_id"]):
            raise Refusal(400, "invalid_request", "merchant and order_id differ from the path's")
        self._shop.put_order(order)
        return Response(status_code=204)

    async def _get_contact(self, request: Request) -> Response:
        path = request.path_params
        return answer(self._shop.contact(path["merchant"], path["customer_id"]))

    async def _put_contact(self, request: Request) -> Response:
        path = request.path_params
        self._shop.put_contact(path["merchant"], path["customer_id"], await read(request, Contact))
        return Response(status_code=204)

    async def _get_stock(self, request: Request) -> Response:
        return answer(self._shop.stock(request.path_params["merchant"], request.path_params["sku"]))

    async def _put_stock(self, request: Request) -> Response:
        path = request.path_params
        self._shop.set_stock(path["merchant"], path["sku"], await read(request, Stock))
        return Response(status_code=204)

    async def _exchange(self, request: Request) -> Response:
        asked = await read(request, Exchange)
        return answer(self._shop.exchange(request.path_params["merchant"], asked))

    async def _exchanges(self, _: Request) -> Response:
        return answer_all("exchanges", list(self._shop.exchanges.values()))

    async def _give_voucher(self, request: Request) -> Response:
        asked = await read(request, VoucherRequest)
        return answer(self._shop.give_voucher(request.path_params["merchant"], asked))

    async def _get_voucher(self, request: Request) -> Response:
        path = request.path_params
        return answer(self._shop.voucher(path["merchant"], path["key"]))

    async def _vouchers(self, _: Request) -> Response:
        return answer_all("vouchers", list(self._shop.vouchers.values()))

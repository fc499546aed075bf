"""What shop, carriers and warehouse do for a case."""

import pytest
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.fulfilment import FulfilmentActivities
from domain.returns.requests import Goods, WantedParcel
from providers.settings import Providers


def parcel(merchant: str, quantity: int) -> WantedParcel:
    goods = [Goods(line="1", sku="CUP-01", quantity=quantity)]
    case_id = f"return:{merchant}:R-1"
    return WantedParcel(
        key=f"sb-{merchant}-R-1", case_id=case_id, merchant=merchant, order_id="SO-1", goods=goods
    )


async def test_a_warehouse_that_refuses_is_asked_again_and_fails_no_case(
    providers: Providers, merchant: str
) -> None:
    fulfilment = FulfilmentActivities(providers.shop, providers.carriers, providers.warehouse)
    send_back = ActivityEnvironment().run
    first = await send_back(fulfilment.send_back, parcel(merchant, 1))
    assert await send_back(fulfilment.send_back, parcel(merchant, 1)) == first
    with pytest.raises(ApplicationError, match="the warehouse refuses to send") as refused:
        await send_back(fulfilment.send_back, parcel(merchant, 2))
    assert (refused.value.type, refused.value.non_retryable) == ("provider_unavailable", False)

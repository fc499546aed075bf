"""What the gateways' client libraries that have no errors of their own need around them."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from domain.errors import AmountNotPayable, ProviderUnavailable

R = TypeVar("R")


async def in_thread(system: str, what: str, ask: Callable[[], R]) -> R:
    """What a blocking library answers. Raises `ProviderUnavailable` for whatever it raises.

    It raises plain exceptions, also where an answer's signature is forged: then nothing is known.
    """
    try:
        return await asyncio.to_thread(ask)
    except Exception as error:  # noqa: BLE001 - the library has no errors of its own
        why = type(error).__name__
        raise ProviderUnavailable(f"{system} did not answer for {what}: {why}", system=system) from None


def check_currency(system: str, currency: str, only: str) -> None:
    """Raise `AmountNotPayable` for a currency that the gateway does not pay back in, before it is asked."""
    if currency != only:
        raise AmountNotPayable(
            f"{system} pays back in {only} only, not in {currency}", system=system, reason="currency_mismatch"
        )

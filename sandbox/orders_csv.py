"""Reads a table of purchases, one row per invoice, into orders and customers of the sandbox's shop."""

import csv
import hashlib
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from domain.orders import Order, OrderLine
from sandbox.messages import Contact
from sandbox.shop_state import Shop

COLUMNS = ("order_id", "ordered_at", "customer_id", "country", "quantity", "unit_price_gbp")
TIMEZONE = "Europe/London"


def load_orders(shop: Shop, path: Path, merchant: str) -> int:
    """Put the table's orders into the shop unless it has them; returns how many the table holds.

    Raises `ValueError` that names the file and line for a row that is no order.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError(f"{path}: the first line must be {','.join(COLUMNS)}")
        orders = [_order(path, number, row, merchant) for number, row in enumerate(rows, start=2)]
    for order in orders:
        if not shop.has_order(merchant, order.order_id):
            shop.put_order(order)
            shop.put_contact(merchant, order.customer_id, _contact(order.customer_id))
    return len(orders)


def _order(path: Path, number: int, row: dict[str, str], merchant: str) -> Order:
    try:
        quantity = int(row["quantity"])
        paid = Decimal(row["unit_price_gbp"]) * quantity * 100
        placed_at = datetime.fromisoformat(row["ordered_at"])
        line = OrderLine(
            line="1",
            sku=f"INV-{row['order_id']}",
            title=f"Goods of invoice {row['order_id']}",
            quantity=quantity,
            paid_minor=int(paid.quantize(Decimal(1), ROUND_HALF_UP)),
        )
        return Order(
            order_id=row["order_id"],
            merchant=merchant,
            customer_id=row["customer_id"],
            currency="GBP",
            placed_at=placed_at,
            received_at=placed_at + timedelta(days=1),  # the table has none: the day after the order
            timezone=TIMEZONE,
            lines=[line],
        )
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"{path}:{number}: {error}") from None


def _contact(customer_id: str) -> Contact:
    """A made-up contact: the table has none. Numbers are from the range kept for drama."""
    digits = int(hashlib.sha256(customer_id.encode()).hexdigest(), 16) % 1000
    return Contact(
        name=f"Customer {customer_id}",
        language="en",
        timezone=TIMEZONE,
        email=f"customer-{customer_id}@shop.example",
        phone=f"+447700900{digits:03d}",
        push_token=f"push-{customer_id}",
    )

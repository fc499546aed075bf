"""A page of messages as a story: examples by file name, commands in order; docs/messages.md's world."""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

from domain.orders import Order, OrderLine
from domain.refunds import refund_key
from providers.ports import PaymentOrder, PaymentRails
from sandbox.client import SandboxClient
from sandbox.messages import Contact, Scan
from tests.docs.documents import ROOT, blocks

DOCUMENT = ROOT / "docs" / "messages.md"
MERCHANT = "cupshop"
NAMED_BY = {"execute-update-with-start": "update-name", "query": "type"}


@dataclass(frozen=True)
class Step:
    """A `temporal` command of the document."""

    words: tuple[str, ...]

    @property
    def verb(self) -> str:
        """What it does: the words before the first flag."""
        return " ".join(self.words[: next(n for n, word in enumerate(self.words) if word.startswith("-"))])

    def flag(self, name: str) -> str:
        """A flag's value."""
        return self.words[self.words.index(f"--{name}") + 1]

    @cached_property
    def message_name(self) -> str:
        """The update, signal or query that it sends; empty for a command that sends none."""
        if self.verb == "temporal workflow result":
            return ""
        return self.flag(
            {"execute-update-with-start": "update-name", "query": "type"}.get(self.words[2], "name")
        )


@dataclass(frozen=True)
class Story:
    """The document's examples and commands."""

    files: dict[str, str]
    steps: list[Step]


def story(merchant: str = MERCHANT, document: Path = DOCUMENT) -> Story:
    """A document's story, for its own merchant or another one."""
    files = {block.name: block.text.replace(MERCHANT, merchant) for block in blocks(document, "json")}
    text = "".join(block.text for block in blocks(document, "sh")).replace(MERCHANT, merchant)
    lines = text.replace("\\\n", " ").splitlines()
    return Story(files, [Step(tuple(shlex.split(line))) for line in lines if line.strip()])


async def set_the_scene(sandbox: SandboxClient, payments: PaymentRails, merchant: str, timezone: str) -> None:
    """Six orders; the third one's goods are out of stock, and its refund's key is taken.

    The fifth one's customer is trusted, and the carrier picks up what they send.
    """
    await sandbox.put_contact(merchant, "c-77", Contact(name="A. Customer", language="en", timezone=timezone))
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(1, 7):
        order = Order(
            order_id=f"SO-100{number}",
            merchant=merchant,
            customer_id="c-77",
            customer_tier="key" if number == 5 else "ordinary",
            currency="CNY",
            placed_at=now - timedelta(days=3),
            received_at=now - timedelta(days=1),
            timezone=timezone,
            freight_paid_minor=800,
            lines=[OrderLine(line="1", sku=f"CUP-{number}", title="Cup", quantity=3, paid_minor=10000)],
        )
        await sandbox.put_order(order)
    await sandbox.set_stock(merchant, "CUP-3", 0)
    await sandbox.register_parcel("swift", "SW10050001", Scan(status="picked_up", at=now))
    taken = PaymentOrder(
        key=refund_key(merchant, "R-1003", 1),
        merchant=merchant,
        order_id="SO-1003",
        payment_id="SO-1003",
        paid_minor=30800,
        amount_minor=1,
        currency="CNY",
    )
    await payments.of(merchant).refund(taken)

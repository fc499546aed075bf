"""docs/messages.md as a story: its examples by file name, its commands in order, and their world."""

import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from domain.orders import Order, OrderLine
from domain.refunds import refund_key
from providers.ports import PaymentOrder, PaymentPort
from sandbox.client import SandboxClient
from sandbox.messages import Contact
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


def story(merchant: str = MERCHANT) -> Story:
    """The document's story, for its own merchant or another one."""
    files = {block.name: block.text.replace(MERCHANT, merchant) for block in blocks(DOCUMENT, "json")}
    text = "".join(block.text for block in blocks(DOCUMENT, "sh")).replace(MERCHANT, merchant)
    lines = text.replace("\\\n", " ").splitlines()
    return Story(files, [Step(tuple(shlex.split(line))) for line in lines if line.strip()])


async def set_the_scene(sandbox: SandboxClient, payments: PaymentPort, merchant: str, timezone: str) -> None:
    """Four orders; the third one's goods are out of stock, and its refund's key is taken."""
    await sandbox.put_contact(merchant, "c-77", Contact(name="A. Customer", language="en", timezone=timezone))
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(1, 5):
        order = Order(
            order_id=f"SO-100{number}",
            merchant=merchant,
            customer_id="c-77",
            currency="CNY",
            placed_at=now - timedelta(days=3),
            received_at=now - timedelta(days=1),
            timezone=timezone,
            freight_paid_minor=800,
            lines=[OrderLine(line="1", sku=f"CUP-{number}", title="Cup", quantity=3, paid_minor=10000)],
        )
        await sandbox.put_order(order)
    await sandbox.set_stock(merchant, "CUP-3", 0)
    taken = PaymentOrder(
        key=refund_key(merchant, "R-1003", 1),
        merchant=merchant,
        order_id="SO-1003",
        amount_minor=1,
        currency="CNY",
    )
    await payments.refund(taken)

"""What the people of the day do: made up, fixed, and told here. The books say nothing of it.

Reasons and turns are the table below; the rest (channel, language, carrier, who is late) follows from the
return's id, so that every run plays the same day.
"""

import hashlib
from typing import Literal, TypeVar, get_args

from demo.day import LINE, TIMEZONE, BookedOrder, BookedReturn
from demo.finding import days_since_delivery, is_correction
from domain.base import Model
from domain.orders import (
    Condition,
    IntakeChannel,
    Kind,
    Language,
    Reason,
    RequestedLine,
    ReturnRequest,
)
from domain.returns.messages import Application
from sandbox.messages import Contact

T = TypeVar("T")

POLICY = "demo"
FAULTS_WITHIN_DAYS = 30
"""Agents refuse a fault that is reported later than this after the goods arrived."""

Turn = Literal[
    "plain",  # sent, received, inspected, paid
    "question",  # the agent asks back before deciding
    "some_fail",  # a few units do not pass inspection and go back to the customer
    "all_fail",  # none passes
    "short",  # fewer units in the parcel than were announced
    "exchange",  # replaced
    "exchange_refund",  # out of stock, the customer takes the money
    "exchange_silent",  # out of stock, the customer does not answer
    "exchange_wait",  # out of stock, the customer waits until it is back
    "label_lost",  # the carrier loses the parcel with our label
    "own_lost",  # the carrier loses the parcel that the customer sent at their own cost
    "parcel_refused",  # the dock turns the parcel away; the customer sends it again
    "never_ships",  # the customer does not send anything
    "ships_too_late",  # the case has expired when the parcel arrives
    "cancels",  # the customer withdraws
    "used",  # the customer says that the goods were used
]
Promptness = Literal["prompt", "slow", "late"]
EXCHANGES: tuple[Turn, ...] = ("exchange", "exchange_refund", "exchange_silent", "exchange_wait")
OUT_OF_STOCK: tuple[Turn, ...] = EXCHANGES[1:]

# Return id: why, and how it goes. Those that are not here come back for no reason, in the plain way.
TABLE: dict[str, tuple[Reason, Turn]] = {
    "C575531": ("no_reason", "never_ships"),
    "C575537": ("no_reason", "ships_too_late"),
    "C575565": ("quality", "plain"),  # 50 days after the goods arrived
    "C575572": ("no_reason", "cancels"),  # bought the day before
    "C575575": ("quality", "exchange_silent"),
    "C575577": ("no_reason", "all_fail"),
    "C575578": ("wrong_item", "exchange_wait"),
    "C575580": ("no_reason", "parcel_refused"),
    "C575585": ("quality", "question"),
    "C575590": ("quality", "exchange"),
    "C575592": ("no_reason", "some_fail"),
    "C575606": ("not_as_described", "plain"),  # one at £517.51: no invoice has such a price
    "C575608": ("damaged", "plain"),  # 45 days after the goods arrived
    "C575616": ("quality", "label_lost"),
    "C575626": ("damaged", "plain"),
    "C575630": ("no_reason", "own_lost"),
    "C575635": ("wrong_item", "plain"),  # two at £486.70, a minute after they were invoiced
    "C575638": ("wrong_item", "plain"),  # the same customer, one at £40.46, two minutes after
    "C575641": ("not_as_described", "short"),
    "C575651": ("quality", "exchange_refund"),
    "C575663": ("quality", "plain"),
    "C575664": ("quality", "plain"),  # after the window, but within 30 days
    "C575666": ("damaged", "plain"),  # the same
    "C575667": ("no_reason", "used"),
    "C575669": ("wrong_item", "plain"),  # the same
}

FAILED_UNITS = 3
SHORT_UNITS = 2

DEAD_MAILBOX = "C575592"
"""The return whose customer's e-mail address bounces."""
DEAD_APP = "C575641"
"""The return whose customer has removed the app: its push token is dead."""


class Script(Model):
    """One return's make-believe."""

    kind: Kind
    reason: Reason
    turn: Turn
    condition: Condition
    channel: IntakeChannel
    language: Language
    agent: str
    agent_is: Promptness
    inspector_is_late: bool
    carrier: Literal["swift", "harbour"]
    confirms: bool


def script_of(return_id: str) -> Script:
    """What is made up of a return: always the same."""
    reason, turn = TABLE.get(return_id, ("no_reason", "plain"))
    return Script(
        kind="exchange" if turn in EXCHANGES else "return",
        reason=reason,
        turn=turn,
        condition="used" if turn == "used" else "unused",
        channel=drawn(return_id, "channel", get_args(IntakeChannel)),
        language=drawn(return_id, "language", ("en", "en", "en", "en", "zh-CN")),
        agent=drawn(return_id, "agent", ("a11", "a12", "a13")),
        agent_is=drawn(return_id, "haste", ("prompt", "prompt", "prompt", "slow", "late")),
        inspector_is_late=drawn(return_id, "counting", (False, False, False, False, False, True)),
        carrier=drawn(return_id, "carrier", ("swift", "harbour")),
        confirms=drawn(return_id, "confirms", (True, True, False)),
    )


def drawn(name: str, what: str, choices: tuple[T, ...]) -> T:
    """One of the choices, by the name of what it is for: always the same."""
    number = int.from_bytes(hashlib.sha256(f"{name}/{what}".encode()).digest()[:4])
    return choices[number % len(choices)]


def application(asked: BookedReturn, order: BookedOrder, script: Script) -> Application:
    """What the customer applies for."""
    line = RequestedLine(line=LINE, quantity=asked.quantity, reason=script.reason, condition=script.condition)
    return Application(
        order_id=order.order_id,
        customer_id=asked.customer_id,
        channel=script.channel,
        language=script.language,
        policy=POLICY,
        request=ReturnRequest(kind=script.kind, proof_of_purchase=True, lines=[line]),
    )


WORDS: dict[str, dict[Language, str]] = {
    "correction": {
        "en": "None of your invoices has goods at this price that were delivered to you.",
        "zh-CN": "您的发票中没有已送达的该价格商品。",
    },
    "too_old": {
        "en": f"The fault was reported more than {FAULTS_WITHIN_DAYS} days after delivery.",
        "zh-CN": f"收货已超过 {FAULTS_WITHIN_DAYS} 天才报告问题。",
    },
    "question": {"en": "Which of the goods is it?", "zh-CN": "请问是哪一件商品？"},
    "answer": {"en": "The one with the crack.", "zh-CN": "有裂纹的那一件。"},
    "failed": {"en": "Used and scratched.", "zh-CN": "有使用和划痕。"},
    "lost": {
        "en": "The carrier has lost the parcel and pays you for it.",
        "zh-CN": "承运商丢失了包裹，由其向您赔付。",
    },
    "short": {"en": "Not in the parcel.", "zh-CN": "包裹中缺少。"},
    "not_received": {"en": "Nobody brought it to me.", "zh-CN": "没有人把它送到我手里。"},
    "no_proof": {"en": "The carrier has no proof of delivery.", "zh-CN": "承运商没有签收凭证。"},
    "complaint": {"en": "I am not content with how I was served.", "zh-CN": "我对你们的服务不满意。"},
    "finding": {"en": "The customer is right.", "zh-CN": "客户反映属实。"},
    "sorry": {"en": "We are sorry, and make up for it.", "zh-CN": "非常抱歉，我们予以补偿。"},
    "not_enough": {"en": "Words do not mend my goods.", "zh-CN": "光道歉解决不了问题。"},
    "not_valid": {"en": "The terms that you agreed to say so.", "zh-CN": "您已同意的条款如此规定。"},
    "passed_on": {"en": "Not ours.", "zh-CN": "不属于本组。"},
    "withdrawn": {"en": "It has settled itself.", "zh-CN": "问题已自行解决。"},
    "on_its_way": {"en": "Your parcel is on its way.", "zh-CN": "您的包裹正在途中。"},
    "made_up_for": {"en": "You are made up for it in full.", "zh-CN": "已为您全额补偿。"},
}


def refusal(asked: BookedReturn, order: BookedOrder) -> str | None:
    """Which of `WORDS` the agent refuses with; None to approve."""
    if is_correction(asked, order):
        return "correction"
    return "too_old" if days_since_delivery(asked, order) > FAULTS_WITHIN_DAYS else None


def contact_of(customer_id: str, language: Language) -> Contact:
    """How a customer is reached: made up, under names and numbers that nobody has."""
    digits = int.from_bytes(hashlib.sha256(customer_id.encode()).digest()[:4]) % 1000
    return Contact(
        name=f"Customer {customer_id}",
        language=language,
        timezone=TIMEZONE,
        email=f"{customer_id}@customers.example",
        phone=f"+447700900{digits:03d}",
        push_token=f"push-{customer_id}",
    )

"""What the worlds of the simulation are worth: each planted defect is found by one of the first seeds."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from temporalio import activity

from activities.gateway import Gateway
from domain.approvals import Approval, check_decision, subject_hash
from domain.disputes import Dispute
from domain.refund_parts import PaymentLeft, Share, split
from domain.refunds import DecideRefund, PayRefund, RefundIntent, RefundRow, RefundState
from providers.ports import PaymentOrder
from store.refund_states import budget_change, is_news
from tests.money.model_books import Books
from tests.money.model_ledger import ModelLedger
from tests.money.model_play import Play
from tests.money.virtual_time import play

SEEDS = 500
PLAIN_ORDER, PLAIN_RECORD, PLAIN_NOTE = Gateway.payment_order, ModelLedger.record, Books.note
PLAIN_KEY, PLAIN_HASH, PLAIN_CHECK = PayRefund.key_of, subject_hash, check_decision


def _nothing(*_: object) -> None:
    return None


def _none(*_: object) -> tuple[()]:
    return ()


def _always(*_: object) -> bool:
    return True


async def _key_of_the_attempt(self: Gateway, row: RefundRow) -> PaymentOrder:
    asked = await PLAIN_ORDER(self, row)
    return asked.model_copy(update={"key": f"{asked.key}-{activity.info().attempt}"})


async def _freed_by_silence(
    self: ModelLedger, key: str, state: RefundState, at: datetime, **more: Any
) -> Any:
    return await PLAIN_RECORD(self, key, "failed" if state == "unknown" else state, at, **more)


def _one_key_for_all_parts(self: PayRefund, part: int) -> str:
    del part
    return PLAIN_KEY(self, 1)


def _split_of_what_was_captured(amount_minor: int, payments: Sequence[PaymentLeft]) -> list[Share]:
    """As if nothing had been taken of the first payment yet."""
    first = payments[0].model_copy(update={"left_minor": max(amount_minor, payments[0].left_minor)})
    return split(amount_minor, [first, *payments[1:]])


def _returned_stays_taken(before: RefundState, after: RefundState, amount_minor: int) -> tuple[int, int]:
    return (0, 0) if after == "returned" else budget_change(before, after, amount_minor)


def _returned_again_and_again(row: RefundRow, state: RefundState) -> bool:
    return state == "returned" or is_news(row, state)


def _freed_at_each_look(before: RefundState, after: RefundState, amount_minor: int) -> tuple[int, int]:
    return (0, -amount_minor) if after == "returned" else budget_change(before, after, amount_minor)


def _hash_of_the_case(intent: RefundIntent) -> str:
    return PLAIN_HASH(intent.model_copy(update={"seq": 1, "amount_minor": 1}))


def _anybody_says_yes(asked: Approval, word: DecideRefund) -> None:
    """All but what they saw is still looked at."""
    PLAIN_CHECK(asked, word.model_copy(update={"hash": asked.hash}))


def _only_its_end(self: Books, dispute: Dispute) -> None:
    if dispute.state != "open":
        PLAIN_NOTE(self, dispute)


DEFECTS: dict[str, list[tuple[str, Callable[..., Any]]]] = {
    "sent again after the key is forgotten": [("activities.gateway.may_send_again", _always)],
    "every no is believed": [("activities.refunds.is_certain_no", _always)],
    "the key has the attempt in it": [("activities.gateway.Gateway.payment_order", _key_of_the_attempt)],
    "silence frees the reservation": [("tests.money.model_ledger.ModelLedger.record", _freed_by_silence)],
    "the order's cap is not looked at": [("tests.money.model_ledger.check_budget", _nothing)],
    "a payment is taken twice": [("domain.budgets.split", _split_of_what_was_captured)],
    "the parts share a key": [("domain.refunds.PayRefund.key_of", _one_key_for_all_parts)],
    "what is given has no bounds": [("tests.money.model_ledger.check_goodwill", _nothing)],
    "an edit under the same number passes": [("tests.money.model_ledger.check_same", _nothing)],
    "nobody is asked": [("tests.money.model_ledger.exceeded", _none)],
    "a yes to anything will do": [("tests.money.model_ledger.check_decision", _anybody_says_yes)],
    "a yes is bound to the case alone": [("tests.money.model_ledger.subject_hash", _hash_of_the_case)],
    "anybody may say yes": [("activities.approvals.check_role", _nothing)],
    "money that came back stays taken": [("tests.money.model_ledger.budget_change", _returned_stays_taken)],
    "money that came back is freed at each look": [
        ("tests.money.model_ledger.is_news", _returned_again_and_again),
        ("tests.money.model_ledger.budget_change", _freed_at_each_look),
    ],
    "a disputed payment is paid back": [("tests.money.model_books.Books.check_undisputed", _nothing)],
    "an open dispute is not noted": [("tests.money.model_books.Books.note", _only_its_end)],
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in DEFECTS[defect]:
        monkeypatch.setattr(*place)
    for seed in range(SEEDS):
        if play(Play(seed).run()):
            return
    raise AssertionError(f"{SEEDS} seeds did not find it")

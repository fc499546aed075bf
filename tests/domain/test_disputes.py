"""Given a dispute, when its payment is to be refunded, then so it is refused."""

import pytest

from domain.disputes import Dispute, DisputeState


@pytest.mark.parametrize(("state", "words"), [("open", "is disputed"), ("lost", "was lost to a dispute")])
def test_a_refusal_says_which_dispute_keeps_the_payment(state: DisputeState, words: str) -> None:
    refusal = Dispute.model_validate(
        {
            "merchant": "m1",
            "provider": "stripe",
            "dispute_id": "du_1",
            "payment_id": "pi_1",
            "amount_minor": 600,
            "currency": "CNY",
            "state": state,
            "at": "2026-11-20T12:00:00Z",
        }
    ).refusal
    assert refusal.code == "payment_disputed"
    assert refusal.message == f"payment pi_1 {words} (du_1), so nothing of it is refunded"

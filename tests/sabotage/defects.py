"""The twelve defects, each as somebody could have made it, and the tests that must not let it pass."""

from typing import NamedTuple


class Defect(NamedTuple):
    """An edit of one file; what is replaced must be there exactly once."""

    name: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]


SIMULATION = "tests/money/test_simulation.py::test_no_seed_pays_twice"
FORGETFUL = "tests/workflows/test_money_faults.py::test_a_gateway_that_forgot_the_key_at_once_still_pays_once"
LEDGER = "tests/store/test_ledger.py"

DEFECTS = (
    Defect(
        "the key has the attempt in it",
        "activities/gateway.py",
        "            key=row.key,\n            merchant=row.merchant,",
        '            key=f"{row.key}-{row.attempts}",\n            merchant=row.merchant,',
        (SIMULATION,),
    ),
    Defect(
        "one key may name two refunds",
        "store/migrations/0025_reconciliation.sql",
        "CREATE TABLE reconciliation_looks (\n    key text PRIMARY KEY REFERENCES refunds (key),",
        "ALTER TABLE refunds DROP CONSTRAINT refunds_key_key CASCADE;\n"
        "CREATE TABLE reconciliation_looks (\n    key text PRIMARY KEY,",
        (LEDGER,),
    ),
    Defect(
        "a timeout frees the reservation",
        "activities/refunds.py",
        'await self._ledger.record(row.key, "unknown", scheduled_at(), error=error.message)',
        'await self._ledger.record(row.key, "failed", scheduled_at(), error=error.message)',
        (SIMULATION,),
    ),
    Defect(
        "nobody asks before it is sent again",
        "activities/gateway.py",
        "            found = await _find(rail, asked)\n",
        '            found = await _find(rail, asked) if row.state == "pending" else None\n',
        (FORGETFUL,),
    ),
    Defect(
        "the cap is looked at without the lock",
        "store/queries/ledger.sql",
        "SELECT * FROM order_budgets WHERE merchant = $1 AND order_id = $2 FOR UPDATE;",
        "SELECT * FROM order_budgets WHERE merchant = $1 AND order_id = $2;",
        (LEDGER,),
    ),
    Defect(
        "sent again after the key is forgotten",
        "domain/refund_rules.py",
        "    return now < first_sent_at + key_window - parse_duration(rules.key_window_margin)",
        "    return now >= first_sent_at",
        (SIMULATION,),
    ),
    Defect(
        "a no to a second sending is believed",
        "domain/refund_rules.py",
        "    return sent.attempts == 1 and reason != IdempotencyConflict.code",
        "    return reason != IdempotencyConflict.code",
        (SIMULATION,),
    ),
    Defect(
        "an approval is not bound to the amount",
        "domain/approvals.py",
        "            amount_minor=intent.amount_minor,\n",
        "            amount_minor=1,\n",
        ("tests/domain/test_approvals.py",),
    ),
    Defect(
        "who asked may approve",
        "domain/approvals.py",
        "    if word.approve and word.by in asked.hands:\n        raise",
        "    if word.approve and not asked.hands:\n        raise",
        ("tests/domain/test_approvals.py", "tests/store/test_approvals.py"),
    ),
    Defect(
        "a late `pending` overwrites the end",
        "store/refund_states.py",
        "    if _follows(state, row.state):\n        return False",
        "    if _follows(state, row.state):\n        return True",
        (LEDGER,),
    ),
    Defect(
        "nothing, and a truth value, are amounts",
        "domain/base.py",
        "SomeMinor = Annotated[int, Field(strict=True, ge=1, le=AMOUNT_MAX_MINOR)]",
        "SomeMinor = Annotated[int, Field(le=AMOUNT_MAX_MINOR)]",
        ("tests/domain/test_refunds.py",),
    ),
    Defect(
        "a breach is told again",
        "domain/sla/book.py",
        'told_at = max(known_from, book.told_at or known_from)\n    return book.model_copy(update={"told": '
        'len(book.heard), "told_at": told_at})',
        'told_at = change.at.astimezone(UTC)\n    return book.model_copy(update={"told": '
        'len(book.heard), "told_at": told_at})',
        ("tests/domain/sla/test_book.py",),
    ),
)

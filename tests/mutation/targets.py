"""What is mutated, and by which tests a mutant should be caught; the ones at the front are run first."""

from typing import NamedTuple


class Target(NamedTuple):
    """Modules that are judged together."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


LEDGER = Target(
    modules=(
        "domain/approvals.py",
        "domain/budgets.py",
        "domain/goodwill.py",
        "domain/refund_parts.py",
        "domain/refund_rules.py",
        "domain/refunds.py",
        "store/budgets.py",
        "store/ledger.py",
        "store/refund_states.py",
    ),
    tests=(
        "tests/domain/test_refunds.py",
        "tests/domain/test_refund_parts.py",
        "tests/domain/test_refund_rules.py",
        "tests/domain/test_waiting_refunds.py",
        "tests/domain/test_goodwill.py",
        "tests/domain/test_approvals.py",
        "tests/domain/test_budgets.py",
        "tests/store/test_ledger.py",
        "tests/store/test_ledger_parts.py",
        "tests/store/test_approvals.py",
        "tests/store/test_goodwill.py",
        "tests/store/test_disputes.py",
        "tests/money/test_split_refunds.py",
        "tests/money/test_model_is_the_ledger.py",
    ),
)
CLOCKS = Target(
    modules=(
        "domain/sla/book.py",
        "domain/sla/clock.py",
        "domain/sla/hours.py",
        "domain/sla/promise.py",
        "domain/sla/quantities.py",
        "domain/sla/replays.py",
        "domain/sla/retargets.py",
        "domain/sla/running.py",
        "domain/sla/spec.py",
        "domain/sla/verdicts.py",
    ),
    tests=(
        "tests/domain/sla/test_targets.py",
        "tests/domain/sla/test_working_hours.py",
        "tests/domain/sla/test_pauses.py",
        "tests/domain/sla/test_reopening.py",
        "tests/domain/sla/test_verdicts_and_rungs.py",
        "tests/domain/sla/test_bad_specs.py",
        "tests/domain/sla/test_replays.py",
        "tests/domain/sla/test_verdicts.py",
        "tests/domain/test_retargeted_clocks.py",
        "tests/domain/sla/test_book.py",
        "tests/domain/sla/test_against_slow_model.py",
    ),
)
TARGETS = {"ledger": LEDGER, "clocks": CLOCKS}

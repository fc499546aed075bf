"""What may be done with a refund whose end is not certain yet: pure, for the activity and its simulation."""

from datetime import datetime, timedelta

from domain.errors import IdempotencyConflict
from domain.policy.work_rules import RefundRules
from domain.refunds import RefundRow
from domain.sla import parse_duration

ABSENT = "the provider does not know the refund, and may have forgotten its key"
ABSENT_TWICE_APART = timedelta(minutes=10)
"""A provider's answer "never heard of it" counts only when it says so twice, this far apart."""


def may_send_again(
    first_sent_at: datetime, now: datetime, key_window: timedelta | None, rules: RefundRules
) -> bool:
    """Whether the provider surely still pays this key once; a window of None never ends."""
    if key_window is None:
        return True
    return now < first_sent_at + key_window - parse_duration(rules.key_window_margin)


def is_certain_no(sent: RefundRow, reason: str) -> bool:
    """Whether a refusal means that nothing was paid, given the row as it was when this request was sent.

    Only the very first request can be refused for certain: a later one may come after one that was paid and
    whose answer was lost, or that another attempt is still waiting for. A key that is known with other
    content may have paid, whatever the number of the request.
    """
    return sent.attempts == 1 and reason != IdempotencyConflict.code


def is_absent_for_good(row: RefundRow, now: datetime) -> bool:
    """Whether the provider said twice, and long enough apart, that it does not know the refund."""
    return row.last_error == ABSENT and now >= row.state_since + ABSENT_TWICE_APART


def next_look_in(rules: RefundRules, looks: int) -> timedelta:
    """How long to wait after so many looks in vain: doubling, up to the policy's longest."""
    return min(parse_duration(rules.poll_first) * 2 ** min(looks, 16), parse_duration(rules.poll_max))

"""What becomes of an appeal: a complaint about the return, opened by it (sop C1, C2)."""

import hashlib
from typing import Any

from domain.cases.links import Cause
from domain.cases.messages import OpenCase
from domain.returns.state import LineState, ReturnState

NUMBER_LENGTH_MAX = 64


class AppealComplaint(OpenCase):
    """The start argument of the complaint."""

    kind = "complaint"
    content_field = "complaint"

    complaint: dict[str, Any] | None = None


def appeal_complaint(state: ReturnState) -> AppealComplaint:
    """The complaint of the latest appeal; the same appeal always opens the same one."""
    assert state.appeal is not None
    assert state.appealed_at is not None
    return AppealComplaint(
        merchant=state.merchant,
        number=complaint_number(state.number, state.appeals),
        cause=Cause(case_id=state.case_id, relation="about"),
        complaint={
            "customer_id": state.bought.customer_id,
            "order_id": state.bought.order_id,
            "goods": [{"line": name, "quantity": count} for name, count in _refused(state).items()],
            "occurred_at": state.appealed_at.isoformat(),
            "content": state.appeal,
            "demand": {"wants": ["exchange" if state.kind == "exchange" else "refund"]},
            "about": state.case_id,
            "language": state.language,
            "category": "returns",
            "policy": state.policy,
        },
    )


def complaint_number(number: str, appeals: int) -> str:
    """The complaint's number: the return's with the appeal's place; a long one is shortened by a digest."""
    plain = f"{number}-appeal-{appeals}"
    if len(plain) <= NUMBER_LENGTH_MAX:
        return plain
    digest = hashlib.sha256(plain.encode()).hexdigest()[:12]
    return f"{number[:40]}-{digest}"


def _refused(state: ReturnState) -> dict[str, int]:
    """Units that the application or the inspection refused, by line."""
    lines = (state.refused_lines | state.lines).items()
    counted = {name: _count(state, name, line) for name, line in lines}
    return {name: count for name, count in counted.items() if count}


def _count(state: ReturnState, name: str, line: LineState) -> int:
    return line.quantity if name in state.refused_lines else line.rejected

"""Which kinds of request a policy offers, and what each needs of its lines (sop R8)."""

from collections.abc import Sequence

from domain.errors import InvalidRequest
from domain.orders import Kind, Reason, ReturnRequest
from domain.policy.return_rules import ReturnRules


def refuse_unoffered(kind: Kind, reasons: Sequence[Reason], rules: ReturnRules, where: str) -> None:
    """Raise `InvalidRequest` for a kind that the policy does not offer, or whose lines have nothing wrong.

    `where` names the field that asks for the kind.
    """
    offered = {"repair": rules.repair, "reissue": rules.reissue}
    if kind in offered and offered[kind] is None:
        raise InvalidRequest(f"{where}: this policy offers no {kind}; ask for a return or an exchange")
    if kind in offered and "no_reason" in reasons:
        raise InvalidRequest(
            f"{where}: a {kind} needs what is wrong with the goods, so no line may say no_reason"
        )


def check_request(request: ReturnRequest, rules: ReturnRules) -> None:
    """Raise `InvalidRequest`, naming the field, for a request that no rule could judge."""
    refuse_unoffered(request.kind, [line.reason for line in request.lines], rules, "request.kind")
    for index, line in enumerate(request.lines):
        if line.part is not None and request.kind != "reissue":
            raise InvalidRequest(f"request.lines.{index}.part: only a reissue sends a part")

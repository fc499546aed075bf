"""An order over all its cases: how they belong together, what happened, and what its money may still pay."""

from collections.abc import Iterable, Mapping, Sequence

from domain.base import Instant, Model
from domain.budgets import Budget
from domain.cases.links import OPPOSITES, UPWARD, Relation
from domain.errors import NotFound, OrderNotFound
from domain.records import CaseSummary, Recorded
from domain.refunds import RefundRow
from starters.case_records import CaseRecords
from starters.words import BACKGROUND, say
from store.cases import Cases
from store.ledger import Ledger
from store.links import CaseEdge, Links
from store.pool import Pool


class OrderMoney(Model):
    """The order's money: `left_minor` is what a further refund may take at most."""

    currency: str
    captured_minor: int
    reserved_minor: int
    settled_minor: int
    recovered_minor: int
    left_minor: int


class CaseOfOrder(Model):
    """A case of the order; `relation` is what it is to its `parent`, the case that was there before."""

    case_id: str
    kind: str
    stage: str
    open: bool
    outcome: str | None = None
    opened_at: Instant
    closed_at: Instant | None = None
    refund_minor: int
    parent: str | None = None
    relation: Relation | None = None


class Step(Model):
    """One fact of one of the cases."""

    at: Instant
    case_id: str
    seq: int
    actor: str
    type: str
    said: str


class OrderReport(Model):
    """The whole answer; times are in the zone of the order's first case. Clocks and notices are left out."""

    merchant: str
    order_id: str
    timezone: str
    money: OrderMoney | None
    cases: list[CaseOfOrder]
    refunds: list[RefundRow]
    timeline: list[Step]


async def report_order(pool: Pool, merchant: str, order_id: str) -> OrderReport:
    """Put together what the store knows of an order. Raises `OrderNotFound` when no case is about it."""
    cases = await Cases(pool).of_order(merchant, order_id)
    if not cases:
        raise OrderNotFound(f"no case is about order {order_id} of {merchant}")
    records, ledger = CaseRecords(pool), Ledger(pool)
    edges, cases = await _with_what_belongs_to_them(pool, cases)
    streams = {case.case_id: await records.events(case.case_id) for case in cases}
    timezone = (await records.state(cases[0].case_id)).timezone
    return OrderReport(
        merchant=merchant,
        order_id=order_id,
        timezone=timezone,
        money=await order_money(ledger, merchant, order_id),
        cases=_tree(cases, edges),
        refunds=await ledger.for_order(merchant, order_id),
        timeline=_timeline(streams, timezone),
    )


async def _with_what_belongs_to_them(
    pool: Pool, cases: list[CaseSummary]
) -> tuple[list[CaseEdge], list[CaseSummary]]:
    """The links between the order's cases, and the cases without an order that are linked to them.

    A case of another order shows as a link of ours and not as a case, and what else shows an improvement that
    one of ours shows or asked for is not looked for: those are other customers' cases.
    """
    edges = await _links_of(pool, cases)
    while True:
        known = {case.case_id for case in cases}
        ends = {end for edge in edges for end in (edge.case_id, edge.other_id)}
        found = await Cases(pool).named(sorted(ends - known))
        added = [case for case in found if case.order_id is None]
        if not added:
            return edges, cases
        cases = sorted([*cases, *added], key=lambda case: (case.opened_at, case.case_id))
        edges = await _links_of(pool, cases)


async def _links_of(pool: Pool, cases: list[CaseSummary]) -> list[CaseEdge]:
    return await Links(pool).around([case.case_id for case in cases if case.kind != "improvement"])


async def order_money(ledger: Ledger, merchant: str, order_id: str) -> OrderMoney | None:
    """What the ledger says; None for an order of which nothing was ever to be paid back."""
    try:
        budget: Budget = await ledger.budget(merchant, order_id)
    except NotFound:
        return None
    shared = budget.model_dump(exclude={"merchant", "order_id", "payments"})
    return OrderMoney(**shared, left_minor=budget.left_minor)


def _tree(cases: Sequence[CaseSummary], edges: Iterable[CaseEdge]) -> list[CaseOfOrder]:
    """Each case with the one that was there before it; with several, the first that it names."""
    parents: dict[str, tuple[str, Relation]] = {}
    for edge in edges:
        if edge.relation in UPWARD or edge.relation == "evidenced_by":
            parents.setdefault(edge.case_id, (edge.other_id, OPPOSITES[edge.relation]))
        else:
            parents.setdefault(edge.other_id, (edge.case_id, edge.relation))
    return [_case(case, *parents.get(case.case_id, (None, None))) for case in cases]


def _case(case: CaseSummary, parent: str | None, relation: Relation | None) -> CaseOfOrder:
    shared = case.model_dump(
        include={
            "case_id",
            "kind",
            "stage",
            "open",
            "outcome",
            "opened_at",
            "closed_at",
            "refund_minor",
        }
    )
    return CaseOfOrder(**shared, parent=parent, relation=relation)


def _timeline(streams: Mapping[str, Sequence[Recorded]], timezone: str) -> list[Step]:
    """What moved the cases, in the order in which it happened."""
    steps = [
        Step(
            at=record.at,
            case_id=case_id,
            seq=record.seq,
            actor=record.actor,
            type=record.type,
            said=say(record, timezone),
        )
        for case_id, records in streams.items()
        for record in records
        if record.type not in BACKGROUND
    ]
    return sorted(steps, key=lambda step: (step.at, step.case_id, step.seq))

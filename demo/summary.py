"""The day's summary: what came of it by everybody's books, and whether these agree. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from demo.checks import check_all
from demo.evidence import Evidence
from demo.figures import CarrierMoney, Check, KindCount, Money, Notices, StormCount, Surge, Waiting
from demo.mishaps import Kill
from demo.tally import (
    carrier_money_of,
    count_kinds,
    counted,
    money_of,
    notices_of,
    storm_of,
    surge_of,
)
from domain.base import Model


class Summary(Model):
    """The day."""

    orders: int
    seconds: float
    kinds: list[KindCount]
    refusals: dict[str, int]
    """Of returns, by code."""
    waiting: list[Waiting]
    money: Money
    carriers: CarrierMoney
    notices: Notices
    surge: Surge
    storm: StormCount | None
    lost_replies: int
    kills: list[Kill]
    remarks: list[str]
    """Requests of the demo's people that were refused."""
    checks: list[Check]

    @property
    def holds(self) -> bool:
        """Whether everything that must hold does."""
        return all(check.holds for check in self.checks)


def summarise(
    evidence: Evidence, *, orders: int, took: timedelta, kills: Sequence[Kill], remarks: Sequence[str]
) -> Summary:
    """Count, and compare the books of one side with those of the other."""
    waiting = [
        Waiting(case_id=case.case_id, stage=case.stage, waiting_for=case.waiting_for)
        for case in evidence.cases
        if case.open
    ]
    money, carriers, notices = money_of(evidence), carrier_money_of(evidence), notices_of(evidence)
    return Summary(
        orders=orders,
        seconds=round(took.total_seconds(), 1),
        kinds=count_kinds(evidence.cases),
        refusals=counted(str(fact.data["code"]) for fact in evidence.refused),
        waiting=waiting,
        money=money,
        carriers=carriers,
        notices=notices,
        surge=surge_of(evidence),
        storm=storm_of(evidence),
        lost_replies=sum(fault.fired for fault in evidence.faults if fault.kind == "lost_after"),
        kills=list(kills),
        remarks=list(remarks),
        checks=check_all(evidence, waiting, money, carriers, notices),
    )

"""The day's summary: what came of it by everybody's books, and whether these agree. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import get_args

from demo.evidence import Evidence
from demo.mishaps import Kill
from domain.base import Model
from domain.notices import Channel, NoticeRecord
from domain.records import CaseSummary
from domain.sla import ClockRow


class ClockCount(Model):
    """How a promise was kept. `warned`: met, but only after a warning. `other`: cancelled or running."""

    metric: str
    met: int
    warned: int
    breached: int
    other: int


class Money(Model):
    """Refunds in minor units, by our ledger and by the gateway's journal."""

    currency: str
    refunds: int
    ledger_minor: int
    journal_minor: int
    differences: list[str]
    """Keys of refunds of which the two say different things."""


class Notices(Model):
    """What customers were told. `fell_back`: reached by a later channel, because one before said no."""

    by_channel: dict[Channel, int]
    fell_back: int
    undeliverable: int
    handed_over_again: int
    """Repeats after a crash, which the receiver recognised by their id and dropped."""
    unaccounted: list[str]
    """Notices that our log says arrived and the inboxes do not have, or the other way round."""


class Waiting(Model):
    """A case that has not ended."""

    case_id: str
    stage: str
    waiting_for: str | None


class Check(Model):
    """Something that must hold, and whether it does."""

    name: str
    holds: bool
    detail: str


class Summary(Model):
    """The day."""

    orders: int
    returns: int
    seconds: float
    outcomes: dict[str, int]
    refusals: dict[str, int]
    waiting: list[Waiting]
    clocks: list[ClockCount]
    money: Money
    notices: Notices
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
    money, notices = _money(evidence), _notices(evidence)
    return Summary(
        orders=orders,
        returns=len(evidence.expected),
        seconds=round(took.total_seconds(), 1),
        outcomes=_counted(case.outcome for case in evidence.cases if case.outcome),
        refusals=_counted(str(fact.data["code"]) for fact in evidence.refused),
        waiting=waiting,
        clocks=count_clocks(evidence.cases),
        money=money,
        notices=notices,
        lost_replies=sum(fault.fired for fault in evidence.faults if fault.kind == "lost_after"),
        kills=list(kills),
        remarks=list(remarks),
        checks=[
            _all_ended(evidence, waiting),
            _books_agree(money),
            _paid_once(evidence),
            _told_once(evidence, notices),
        ],
    )


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def count_clocks(cases: Iterable[CaseSummary]) -> list[ClockCount]:
    """How every promise was kept, by metric."""
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        for row in case.clocks:
            clock = ClockRow.model_validate({"stopped_at": None, "breached_at": None, **row})
            counts.setdefault(clock.name, Counter())[_verdict(clock)] += 1
    return [
        ClockCount(
            metric=metric,
            met=count["met"] + count["warned"],
            warned=count["warned"],
            breached=count["breached"],
            other=count["other"],
        )
        for metric, count in counts.items()
    ]


def _verdict(clock: ClockRow) -> str:
    if clock.verdict == "met":
        return "warned" if clock.rungs else "met"
    return "breached" if clock.verdict == "breached" else "other"


def _money(evidence: Evidence) -> Money:
    ours = Counter({row.key: row.amount_minor for row in evidence.ledger if row.state == "settled"})
    theirs: Counter[str] = Counter()
    for move in evidence.movements:
        theirs[move.key] += move.amount_minor
    currencies = {row.currency for row in evidence.ledger} | {move.currency for move in evidence.movements}
    return Money(
        currency="/".join(sorted(currencies)),
        refunds=len(ours),
        ledger_minor=ours.total(),
        journal_minor=theirs.total(),
        differences=sorted(key for key in ours.keys() | theirs.keys() if ours[key] != theirs[key]),
    )


def _notices(evidence: Evidence) -> Notices:
    sent: dict[str, Channel | None] = {
        record.notice_id: record.channel for record in evidence.notices if record.state == "sent"
    }
    arrived = {(message.notice_id, message.channel) for message in evidence.inbox}
    channels: tuple[Channel, ...] = get_args(Channel)
    counts = Counter(sent.values())
    return Notices(
        by_channel={channel: counts[channel] for channel in channels},
        fell_back=sum(_fell_back(record) for record in evidence.notices),
        undeliverable=sum(record.state == "undeliverable" for record in evidence.notices),
        handed_over_again=sum(message.handed_over - 1 for message in evidence.inbox),
        unaccounted=sorted({notice_id for notice_id, _ in set(sent.items()) ^ arrived}),
    )


def _fell_back(record: NoticeRecord) -> bool:
    return record.state == "sent" and any(attempt.channel != record.channel for attempt in record.attempts)


def _all_ended(evidence: Evidence, waiting: Sequence[Waiting]) -> Check:
    missing = sorted(set(evidence.expected) - {case.case_id for case in evidence.cases})
    detail = [f"{case_id} is not in the store" for case_id in missing]
    detail += [f"{case.case_id} is in {case.stage} and waits for {case.waiting_for}" for case in waiting]
    count = len(evidence.expected)
    return Check(
        name="every return has ended",
        holds=not detail,
        detail="; ".join(detail) or f"{count} of {count}",
    )


def _books_agree(money: Money) -> Check:
    differ = ", ".join(money.differences)
    return Check(
        name="the ledger is equal to the gateway's journal",
        holds=not money.differences and money.ledger_minor == money.journal_minor,
        detail=f"they differ in {differ}" if differ else f"{money.refunds} refunds, each the same",
    )


def _paid_once(evidence: Evidence) -> Check:
    """One payment per refund and one refund per case, by the gateway's own list."""
    paid = Counter(refund.key for refund in evidence.taken_on if refund.state != "failed")
    cases = Counter(row.case_id for row in evidence.ledger if row.state != "failed")
    twice = sorted(name for name, times in (paid + cases).items() if times > 1)
    return Check(
        name="nothing is paid twice",
        holds=not twice,
        detail=", ".join(twice) or f"{len(paid)} refund keys, {paid.total()} payments",
    )


def _told_once(evidence: Evidence, notices: Notices) -> Check:
    arrived = Counter(message.notice_id for message in evidence.inbox)
    twice = sorted(notice_id for notice_id, times in arrived.items() if times > 1)
    wrong = [f"{name} twice" for name in twice] + [f"{name} unaccounted" for name in notices.unaccounted]
    return Check(
        name="nobody is told twice",
        holds=not wrong,
        detail="; ".join(wrong) or f"{len(arrived)} notices, {arrived.total()} messages in the inboxes",
    )

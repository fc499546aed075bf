"""Counting: a row for every kind of case and for every clock, money and notices by both sides. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import get_args

from demo.evidence import Evidence
from demo.figures import CarrierMoney, ClockCount, KindCount, Money, Notices, StormCount, Surge
from demo.parcel_script import parcel_of
from demo.peak import SURGE
from domain.attainment import attainment_percent
from domain.notice_kinds import Channel
from domain.notices import NoticeRecord
from domain.records import CaseKind, CaseSummary
from domain.sla import ClockRow

KINDS: tuple[CaseKind, ...] = ("return", "complaint", "shipment", "delivery", "claim")
STORM_NOTICE = "extreme_weather"


def counted(names: Iterable[str]) -> dict[str, int]:
    """How often each, the most frequent first."""
    return dict(Counter(names).most_common())


def count_kinds(cases: Iterable[CaseSummary]) -> list[KindCount]:
    """The cases by kind; a kind without a case has no row."""
    by_kind: dict[str, list[CaseSummary]] = defaultdict(list)
    for case in cases:
        by_kind[case.kind].append(case)
    return [
        KindCount(
            kind=kind,
            cases=len(by_kind[kind]),
            open=sum(case.open for case in by_kind[kind]),
            outcomes=counted(case.outcome for case in by_kind[kind] if case.outcome),
            clocks=count_clocks(by_kind[kind]),
        )
        for kind in KINDS
        if by_kind[kind]
    ]


def count_clocks(cases: Iterable[CaseSummary]) -> list[ClockCount]:
    """How every promise was kept, by metric; cases of one kind."""
    counts: dict[str, Counter[str]] = {}
    for case in cases:
        for row in case.clocks:
            clock = ClockRow.model_validate({"stopped_at": None, "breached_at": None, **row})
            counts.setdefault(clock.name, Counter())[_verdict(clock)] += 1
    return [_clock_count(metric, count) for metric, count in counts.items()]


def _clock_count(metric: str, count: Counter[str]) -> ClockCount:
    met, breached = count["met"] + count["warned"], count["breached"]
    return ClockCount(
        metric=metric,
        met=met,
        warned=count["warned"],
        breached=breached,
        other=count["other"],
        attainment_percent=attainment_percent(met, breached),
    )


def _verdict(clock: ClockRow) -> str:
    if clock.verdict == "met":
        return "warned" if clock.rungs else "met"
    return "breached" if clock.verdict == "breached" else "other"


def money_of(evidence: Evidence) -> Money:
    """The refunds by ledger and journal."""
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
        differences=_differences(ours, theirs),
    )


def carrier_money_of(evidence: Evidence) -> CarrierMoney:
    """The claims by our books and by the carriers' claims desks."""
    ours: Counter[str] = Counter()
    for income in evidence.income:
        ours[income.key] += income.amount_minor
    theirs = Counter(dict(evidence.paid_by_carriers))
    return CarrierMoney(
        claims=len(theirs),
        booked_minor=ours.total(),
        paid_minor=theirs.total(),
        differences=_differences(ours, theirs),
    )


def _differences(ours: Counter[str], theirs: Counter[str]) -> list[str]:
    return sorted(key for key in ours.keys() | theirs.keys() if ours[key] != theirs[key])


def notices_of(evidence: Evidence) -> Notices:
    """The notices by our log and the inboxes."""
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


def surge_of(evidence: Evidence) -> Surge:
    """What the surge was asked to hold."""
    held = [case for case in evidence.cases if case.policy == SURGE]
    return Surge(
        policy=SURGE, since=evidence.surge.since, until=evidence.surge.until, kinds=count_kinds(held)
    )


def storm_notices(records: Sequence[NoticeRecord]) -> Counter[str]:
    """How often each parcel's customer was told of the storm, or could not be."""
    return Counter(parcel_of(record.case_id) for record in records if record.kind == STORM_NOTICE)


def spared_parcels(evidence: Evidence) -> set[str]:
    """The parcels that some case rested for."""
    return {parcel_of(case_id) for case_id in evidence.spared}


def storm_of(evidence: Evidence) -> StormCount | None:
    """The storm by its notices."""
    window = evidence.storm
    if window is None:
        return None
    return StormCount(
        region=window.region,
        until=window.until,
        proposals=window.proposals,
        spared=len(spared_parcels(evidence)),
        told=len(storm_notices(evidence.notices)),
    )

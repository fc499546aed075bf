"""Fills a store with seeded past returns: whole streams under pinned terms, appended as cases append them."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, NamedTuple, get_args
from zoneinfo import ZoneInfo

from domain.cases.events import CaseEvent, ClockChanged, NoticeReported
from domain.cases.views import summarise
from domain.orders import IntakeChannel, Order, Priority, Tier
from domain.policy import CaseProfile, PinnedPolicy, ReturnTerms
from domain.records import Batch, Recorded, UnitRange
from domain.returns import events as facts
from domain.returns.kind import RETURN
from domain.sla import ClockBook, all_changes, observe
from starters.settings import CHECKOUT
from store.append import append_at_end
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary
from store.pool import Pool

SEED = 20261111
GROUP_CASES = 50
MERCHANTS = 3
ZONE = ZoneInfo("Asia/Shanghai")
FIRST_OPENED_AT = datetime(2026, 9, 14, 9, tzinfo=ZONE)
"""From here on cases are opened, for DAYS: over the Golden Week and its make-up days, and Double 11."""
DAYS = 70
UNIT = UnitRange(first=1, last=1)


class Opening(NamedTuple):
    """How a case begins."""

    merchant: str
    number: int
    profile: CaseProfile
    terms: PinnedPolicy
    terms_hash: str
    at: datetime


class Told(NamedTuple):
    """A fact of the story, when it happened, and who did it."""

    at: datetime
    event: CaseEvent
    actor: str


def library() -> PolicyLibrary:
    """The shipped policies and holidays."""
    deploy = CHECKOUT / "deploy"
    return PolicyLibrary(deploy / "policies", deploy / "calendars")


async def fill(pool: Pool, cases: int, seed: int = SEED) -> None:
    """Store so many returns with the terms that they were opened under."""
    shipped, archive, random = library(), CaseArchive(pool), Random(seed)
    group: list[Batch] = []
    for number in range(1, cases + 1):
        opened_at = FIRST_OPENED_AT + timedelta(seconds=number * DAYS * 86400 // cases)
        policy = shipped.in_force("standard", opened_at)
        profile = _profile(random)
        terms = policy.pin(ReturnTerms, profile, opened_at, shipped.snapshots)
        terms_hash = await archive.keep_terms(policy, shipped.snapshots.values(), terms)
        merchant = f"m{number % MERCHANTS + 1}"
        opening = Opening(merchant, number, profile, terms, terms_hash, opened_at)
        group.append(make_batch(opening, _story(random, opening)))
        if len(group) == GROUP_CASES or number == cases:
            async with pool.acquire() as conn:
                assert await append_at_end(conn, group)
            group = []


def make_batch(opening: Opening, story: Sequence[Told]) -> Batch:
    """A whole stream with every clock change in its place, and the row that belongs to it."""
    terms, case_id = opening.terms, f"return:{opening.merchant}:R-{opening.number}"
    told = sorted([*story, *_clock_changes(story, terms)], key=lambda each: each.at)
    events = [
        Recorded(
            seq=seq,
            type=each.event.name,
            version=each.event.version,
            at=each.at,
            actor=each.actor,
            data=each.event.model_dump(mode="json", exclude_defaults=True),
        )
        for seq, each in enumerate(told, 1)
    ]
    state = RETURN.fold.fold(RETURN.blank(case_id, terms), events)
    return Batch(
        case_id=case_id, first_seq=1, events=events, summary=summarise(RETURN, state), held=state.held
    )


def _clock_changes(story: Sequence[Told], terms: PinnedPolicy) -> Iterator[Told]:
    book = ClockBook()
    for each in story:
        book = observe(book, terms.clocks, each.event.name, each.at)
    for change in all_changes(book, terms.clocks, story[-1].at):
        changed = ClockChanged(
            metric=change.metric,
            instance=change.instance,
            change=change.change,
            rung=change.rung,
            due_at=change.due_at,
            tell=list(change.tell),
        )
        yield Told(change.at, changed, "clock")


def _profile(random: Random) -> CaseProfile:
    priority: Priority = random.choices(get_args(Priority), (1, 4, 20, 5))[0]
    tier: Tier = random.choices(get_args(Tier), (12, 3, 1))[0]
    channel: IntakeChannel = random.choice(get_args(IntakeChannel))
    return CaseProfile(kind="return", priority=priority, tier=tier, channel=channel)


class _Teller:
    """Tells a story fact by fact, with some time between them."""

    def __init__(self, random: Random, at: datetime) -> None:
        self._random = random
        self.at = at
        self.told: list[Told] = []

    def then(self, event: CaseEvent, actor: str, mean_hours: float = 0.0) -> None:
        """The next fact, after so many hours on average."""
        if mean_hours:
            self.at += timedelta(seconds=round(self._random.expovariate(1 / (mean_hours * 3600))))
        self.told.append(Told(self.at, event, actor))


def _story(random: Random, opening: Opening) -> list[Told]:
    """Most returns are approved, come back and are paid; some are asked about, refused or still open."""
    teller = _Teller(random, opening.at)
    teller.then(_applied(opening), "customer")
    if random.random() < 0.2:
        teller.then(facts.InfoRequested(question="a photo of the fault"), "agent:a1", 1.5)
        teller.then(facts.InfoGiven(answer="it is attached"), "customer", 9)
    if random.random() < 0.07:
        teller.then(facts.Refused(code="used", reason="used"), "agent:a1", 2)
        teller.then(facts.Closed(outcome="refused"), "agent:a1")
        return teller.told
    teller.then(facts.Approved(ship_back_by=teller.at + timedelta(days=7)), "agent:a1", 2)
    if random.random() < 0.08:
        return teller.told
    _goods_come_back(teller)
    return teller.told


def _applied(opening: Opening) -> facts.Applied:
    terms, profile, at = opening.terms, opening.profile, opening.at
    order = Order.model_validate(
        {
            "order_id": f"SO-{opening.number}",
            "merchant": opening.merchant,
            "customer_id": "c1",
            "customer_tier": profile.tier,
            "currency": "CNY",
            "placed_at": at - timedelta(days=4),
            "received_at": at - timedelta(days=1),
            "timezone": "Asia/Shanghai",
            "lines": [{"line": "1", "sku": "CUP-01", "title": "Cup", "quantity": 1, "paid_minor": 9900}],
        }
    )
    line = facts.AppliedLine(
        line="1", quantity=1, reason="quality", decision="review", code="ok", units=[UNIT]
    )
    return facts.Applied(
        kind="return",
        order=order,
        channel=profile.channel,
        language="zh-CN",
        priority=profile.priority,
        policy=terms.policy,
        policy_hash=terms.policy_hash,
        calendar_revision=terms.calendar_revision,
        terms_hash=opening.terms_hash,
        request_hash="bench",
        decision="review",
        lines=[line],
        goods_minor=9900,
        outbound_freight_minor=0,
        currency="CNY",
        return_freight_payer="platform",
    )


def _goods_come_back(teller: _Teller) -> None:
    teller.then(facts.Shipped(carrier="swift", tracking_no="SW1"), "customer", 20)
    teller.then(facts.Delivered(scanned_at=teller.at), "carrier", 50)
    received = [facts.ReceivedLine(line="1", quantity=1)]
    teller.then(facts.Received(warehouse="w1", received_at=teller.at, lines=received), "warehouse:w1", 5)
    found = facts.InspectedUnits(line="1", passed=1, failed=0, short=0, wrong_item=0)
    teller.then(facts.Inspected(lines=[found]), "inspector:i1", 7)
    money: dict[str, Any] = {"goods_minor": 9900, "outbound_freight_minor": 0, "return_freight_minor": 0}
    teller.then(facts.RefundStarted(refund_seq=1, amount_minor=9900, currency="CNY", **money), "system")
    teller.then(facts.RefundReported(refund_seq=1, state="settled"), "system", 12)
    teller.then(facts.Settled(), "system")
    for kind in ("review_approved", "inspection_passed", "refund_settled"):
        teller.then(_notice(kind), "system")
    teller.then(facts.Confirmed(automatic=True), "system", 96)
    teller.then(facts.Closed(outcome="refunded"), "system")


def _notice(kind: str) -> NoticeReported:
    return NoticeReported(notice_id=f"n-{kind}", kind=kind, state="sent", channel="push")

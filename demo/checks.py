"""What must hold after the day, by everybody's books. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from demo.evidence import AGAIN, ANSWERED, CONFIRMED, Evidence
from demo.figures import CarrierMoney, Check, Money, Notices, Waiting
from demo.peak import SURGE
from demo.tally import spared_parcels, storm_notices
from demo.words import pounds
from domain.approvals import Approval
from domain.records import CaseSummary

TWICE_AROUND = (ANSWERED, AGAIN, ANSWERED, CONFIRMED)


def check_all(
    evidence: Evidence,
    waiting: Sequence[Waiting],
    money: Money,
    carriers: CarrierMoney,
    notices: Notices,
) -> list[Check]:
    """All checks, in the order in which they are told."""
    return [
        all_ended(evidence, waiting),
        books_agree(money),
        paid_once(evidence),
        large_ones_approved(evidence),
        carriers_agree(carriers),
        told_once(evidence, notices),
        storm_told_once(evidence),
        surge_in_its_window(evidence),
        twice_around(evidence),
    ]


def all_ended(evidence: Evidence, waiting: Sequence[Waiting]) -> Check:
    """Nothing is missing, nothing waits."""
    missing = evidence.expected.missing(case.case_id for case in evidence.cases)
    detail = [f"{name} is not in the store" for name in missing]
    detail += [f"{case.case_id} is in {case.stage} and waits for {case.waiting_for}" for case in waiting]
    count = len(evidence.cases)
    return Check(
        name="every case has ended", holds=not detail, detail="; ".join(detail) or f"{count} of {count}"
    )


def books_agree(money: Money) -> Check:
    """Refund by refund."""
    differ = ", ".join(money.differences)
    return Check(
        name="the ledger is equal to the gateway's journal",
        holds=not money.differences and money.ledger_minor == money.journal_minor,
        detail=f"they differ in {differ}" if differ else f"{money.refunds} refunds, each the same",
    )


def paid_once(evidence: Evidence) -> Check:
    """One payment per refund and one refund per case, by the gateway's own list."""
    paid = Counter(refund.key for refund in evidence.taken_on if refund.state != "failed")
    cases = Counter(row.case_id for row in evidence.ledger if row.state != "failed")
    twice = sorted(name for name, times in (paid + cases).items() if times > 1)
    return Check(
        name="nothing is paid twice",
        holds=not twice,
        detail=", ".join(twice) or f"{len(paid)} refund keys, {paid.total()} payments",
    )


def large_ones_approved(evidence: Evidence) -> Check:
    """A second person said yes to each before the gateway took it on."""
    taken_at = {refund.key: refund.accepted_at for refund in evidence.taken_on}
    large = [
        row for row in evidence.ledger if row.key in taken_at and row.amount_minor > evidence.limit_minor
    ]
    wrong = [row.key for row in large if not _approved_by(taken_at[row.key], evidence.approvals.get(row.key))]
    return Check(
        name="large refunds have a second person's yes",
        holds=not wrong and bool(large),
        detail=", ".join(wrong) or f"{len(large)} refunds above {pounds(evidence.limit_minor)}",
    )


def _approved_by(at: datetime, asked: Approval | None) -> bool:
    """Whether somebody who had no hand in it had said yes by then."""
    if asked is None or asked.decided_at is None or asked.state != "approved":
        return False
    return asked.decided_at <= at and asked.decided_by not in asked.hands


def carriers_agree(carriers: CarrierMoney) -> Check:
    """Claim by claim."""
    differ = ", ".join(carriers.differences)
    return Check(
        name="what carriers paid is booked once",
        holds=not differ,
        detail=f"the books differ in {differ}" if differ else f"{carriers.claims} claims, each the same",
    )


def told_once(evidence: Evidence, notices: Notices) -> Check:
    """Each notice is in one inbox, once."""
    arrived = Counter(message.notice_id for message in evidence.inbox)
    twice = sorted(notice_id for notice_id, times in arrived.items() if times > 1)
    wrong = [f"{name} twice" for name in twice] + [f"{name} unaccounted" for name in notices.unaccounted]
    return Check(
        name="nobody is told twice",
        holds=not wrong,
        detail="; ".join(wrong) or f"{len(arrived)} notices, {arrived.total()} messages in the inboxes",
    )


def storm_told_once(evidence: Evidence) -> Check:
    """Each parcel that a case rested for has one notice, and no other parcel has any."""
    told, spared = storm_notices(evidence.notices), spared_parcels(evidence)
    wrong = [f"{name} {told[name]} times" for name in sorted(told.keys() | spared) if told[name] != 1]
    wrong += [f"{name} for nothing" for name in sorted(told.keys() - spared)]
    if evidence.storm is None:
        wrong.append("there was no storm")
    return Check(
        name="the storm is told once for each parcel",
        holds=not wrong,
        detail="; ".join(wrong) or f"{len(spared)} parcels, {told.total()} notices",
    )


def surge_in_its_window(evidence: Evidence) -> Check:
    """What was opened while the surge was in force is held to it, and nothing else."""
    cases = evidence.cases
    wrong = [f"{case.case_id} is held to {case.policy}" for case in cases if not _is_right(evidence, case)]
    held = sum(case.policy == SURGE for case in cases)
    return Check(
        name="the surge holds within its window only",
        holds=not wrong and 0 < held < len(cases),
        detail="; ".join(wrong) or f"{held} cases under it, {len(cases) - held} before and after",
    )


def _is_right(evidence: Evidence, case: CaseSummary) -> bool:
    """Its policy was chosen between its start and its first fact; who straddles an end may have either."""
    moments = (evidence.begun_at.get(case.case_id, case.opened_at), case.opened_at)
    in_force = {evidence.surge.holds(at) for at in moments}
    return (case.policy == SURGE) in in_force


def twice_around(evidence: Evidence) -> Check:
    """Somebody was not satisfied; it was evaluated again and answered anew, and then confirmed."""
    around = sorted(case_id for case_id, course in evidence.courses.items() if tuple(course) == TWICE_AROUND)
    return Check(
        name="a complaint goes twice around",
        holds=bool(around),
        detail=f"{', '.join(around)}: evaluated again, then confirmed" if around else "none did",
    )

"""What came of a storm, for people and for programs; the last word is on what it does not prove."""

from typing import Any

from domain.base import Model
from storm.recovery import percentile
from storm.run import Storm
from storm.visible import Seen

NOT_PROVED = (
    "SIGKILL is no power loss: what the kernel had taken was still written.",
    "The provider is simulated and honours its keys; real ones only promise to.",
    "One machine: no two clocks differ, and only a proxy cuts connections.",
    "Temporal is its development server; its store was locked, but never torn.",
)
MOST_SHOWN = 20


class Money(Model):
    """The verdict on money, by the gateway's journal and the callers' acknowledgements alone."""

    cases: int
    refunds: int
    paid_minor: int
    promised_minor: int
    duplicate_refunds: int
    over_cap: int
    unreconciled_minor: int
    violations: list[dict[str, Any]]


class Report(Model):
    """All that a storm says of itself."""

    seed: int
    cases: int
    cases_per_second: float
    took_seconds: float
    kills: dict[str, int]
    kills_at: dict[str, int]
    lines: dict[str, int]
    replies_lost: int
    webhooks: dict[str, int]
    sent_twice: int
    resent: int
    ops: dict[str, int]
    poison: dict[str, int]
    races_refused: int
    recovery_p50_seconds: float
    recovery_p99_seconds: float
    recovery_max_seconds: float
    back_p99_seconds: dict[str, float]
    money: Money
    seen: Seen
    wrong: list[str]
    not_proved: list[str] = list(NOT_PROVED)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not (self.money.violations or self.seen.wrong or self.wrong)


def report(storm: Storm, seen: Seen, judged: dict[str, Any]) -> Report:
    """Put together what was done, what the judge says and what was seen."""
    waits, strikes = storm.recovery.seconds, storm.strikes
    return Report(
        seed=storm.size.seed,
        cases=len(storm.book.accepted),
        cases_per_second=round(storm.driven / storm.took_seconds, 2),
        took_seconds=round(storm.took_seconds, 1),
        kills=dict(strikes.kills),
        kills_at=dict(strikes.moments),
        lines=dict(strikes.cuts),
        replies_lost=strikes.lost_replies,
        webhooks=dict(strikes.webhooks),
        sent_twice=storm.callers.sent_twice,
        resent=storm.cases.resent,
        ops=dict(storm.ops.done),
        poison=dict(storm.poison.done),
        races_refused=storm.callers.races_lost,
        recovery_p50_seconds=round(percentile(waits, 0.5), 2),
        recovery_p99_seconds=round(percentile(waits, 0.99), 2),
        recovery_max_seconds=round(max(waits, default=0.0), 2),
        back_p99_seconds={
            name: round(percentile(took, 0.99), 2) for name, took in sorted(strikes.back_after.items())
        },
        money=Money.model_validate({name: judged[name] for name in Money.model_fields}),
        seen=seen,
        wrong=storm.wrong,
    )


def lines_of(told: Report) -> list[str]:
    """The report in lines of at most eighty characters, as far as it is ours."""
    money, seen = told.money, told.seen
    head = [
        f"{told.cases} cases in {told.took_seconds:.0f} s ({told.cases_per_second:.1f}/s), seed {told.seed}",
        f"  killed      {sum(told.kills.values())}: {_counted(told.kills)}",
        f"  at moments  {_counted(told.kills_at)}",
        f"  lines       {_counted(told.lines)}",
        f"  replies     {told.replies_lost} lost after the money moved",
        f"  webhooks    {_counted(told.webhooks)}",
        f"  callers     {told.resent} requests sent again, {told.sent_twice} sent twice at once",
        f"  ops         {_counted(told.ops)}",
        f"  poison      {_counted(told.poison)}; {told.races_refused} lost a race for goods",
        f"  recovery    p50 {told.recovery_p50_seconds:.1f} s, p99 {told.recovery_p99_seconds:.1f} s, "
        f"longest {told.recovery_max_seconds:.1f} s",
        "",
        "Money, by the gateway's journal and the callers' acknowledgements alone:",
        _verdict(
            not money.duplicate_refunds,
            f"I1  {money.duplicate_refunds} duplicates of {money.refunds} refunds",
        ),
        _verdict(not money.over_cap, f"I2  {money.over_cap} payments of which more went back than came in"),
        _verdict(
            not money.unreconciled_minor,
            f"I3  {money.unreconciled_minor} minor units off, of {money.promised_minor} acknowledged",
        ),
        "",
        "Cases, as an outsider can see them:",
        _verdict(not seen.lost, f"I4  {len(seen.lost)} lost of {told.cases} acknowledged"),
        _verdict(not seen.stuck, f"I4  {seen.ended} ended, {len(seen.stuck)} stuck"),
        _verdict(not seen.breached_again, f"I5  {seen.breaches} breaches of deadlines, each recorded once"),
        _verdict(not seen.books_differ, "I6  `verify` and `ledger check` find nothing"),
        _verdict(not told.wrong, f"    {len(told.wrong)} things went wrong as callers or supervisor saw it"),
    ]
    return [*head, *_wrong(told), "", "What this does not prove:", *(f"  {each}" for each in told.not_proved)]


def _wrong(told: Report) -> list[str]:
    found = [f"{each['invariant']} {each['subject']}: {each['message']}" for each in told.money.violations]
    found += [*told.seen.wrong, *told.wrong]
    if not found:
        return []
    more = [f"  and {len(found) - MOST_SHOWN} more"] if len(found) > MOST_SHOWN else []
    return ["", "Violations:", *(f"  {each}" for each in found[:MOST_SHOWN]), *more]


def _verdict(holds: bool, what: str) -> str:
    return f"  {'ok  ' if holds else 'FAIL'} {what}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"

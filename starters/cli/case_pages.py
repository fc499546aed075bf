"""The pages that `casework case …` prints for people."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.cases.links import CaseLink
from domain.records import CaseSummary, Recorded
from domain.sla import ClockRow
from starters.case_report import CaseReport, RefundNow
from starters.cli.tables import console, print_facts, print_table
from starters.explanation import Explanation
from starters.moments import moment, span
from starters.money import money
from starters.words import say


def print_list(cases: Sequence[CaseSummary], *, more: bool) -> None:
    """A row per case."""
    if not cases:
        print("no case")
        return
    print_table(
        ("case", "stage", "waits for", "due", "clocks"),
        (
            (
                case.case_id.removeprefix("return:"),
                _words(case.outcome if case.outcome else case.stage),
                case.waiting_for or "",
                f"{moment(case.due_at)} {case.due_metric}" if case.due_at else "",
                case.sla_state,
            )
            for case in cases
        ),
    )
    if more:
        print("there are more: --limit shows more, a filter fewer")


def print_report(report: CaseReport) -> None:
    """Everything about one case."""
    zone = report.timezone

    def at(when: datetime | None) -> str | None:
        return moment(when, zone) if when else None

    until = f"{at(report.until)}: {report.until_what}" if report.until else None
    parcel = report.parcel
    print_facts(
        [
            (
                report.case_id,
                _what(report),
            ),
            ("where", report.where),
            ("why", report.why),
            ("next", report.next),
            ("owed by", f"{report.owed_by}, since {at(report.waiting_since)}" if report.owed_by else None),
            ("until", until),
            ("opened", at(report.opened_at)),
            ("closed", at(report.closed_at)),
            ("parcel", f"{parcel.carrier} {parcel.tracking_no}" if parcel else None),
            (
                "lines",
                "; ".join(f"{line.quantity} of line {line.line} ({line.reason})" for line in report.lines),
            ),
            ("given to", ", ".join(name for name in (report.assignee, report.team) if name)),
            *((_words(link.relation), _link(link)) for link in report.links),
            *((_words(name), _words(value)) for name, value in report.facets.items()),
            ("preview", _amount(report.would_refund_minor, report.currency)),
            ("refunded", _amount(report.refunded_minor or None, report.currency)),
            *(
                (
                    f"refund {each.seq}",
                    f"{money(each.amount_minor, each.currency)}{_by_way(each)}: {each.said}",
                )
                for each in report.refunds
            ),
            *(
                ("pending", _pending(each.what, each.since, each.attempt, each.last_failure, zone))
                for each in report.pending
            ),
            ("notices", _notices(report)),
            ("policy", f"{report.policy} {report.policy_hash[:12]}, calendars {report.calendar_revision}"),
            ("times", zone),
        ]
    )
    if report.clocks:
        print()
        print_table(
            ("clock", "state", "verdict", "due", "worked", "paused"),
            (
                (
                    row.name + (f" #{row.instance}" if row.instance > 1 else ""),
                    row.state,
                    row.verdict + (" (provisional)" if row.provisional else ""),
                    moment(row.due_at, zone),
                    span(row.elapsed_seconds),
                    span(row.paused_seconds) if row.paused_seconds else "",
                )
                for row in report.clocks
            ),
        )


def _what(report: CaseReport) -> str:
    of_order = f" of order {report.order_id}" if report.order_id else ""
    by = f", by {report.channel}" if report.channel else ""
    return f"{report.kind}{of_order}, {report.priority}{by}"


def _amount(amount_minor: int | None, currency: str | None) -> str | None:
    return money(amount_minor, currency) if amount_minor is not None and currency else None


def _by_way(refund: RefundNow) -> str:
    return "" if refund.way == "original" else f" as a {refund.way} ({refund.customer_says})"


def _link(link: CaseLink) -> str:
    where = link.outcome or link.stage
    return f"{link.case_id}, {_words(where)}" if where else link.case_id


def _pending(what: str, since: datetime, attempt: int, failure: str | None, zone: str) -> str:
    words = _words(what)
    if failure is None:
        return f"{words}, since {moment(since, zone)}"
    return f"{words} has not succeeded since {moment(since, zone)} (attempt {attempt}): {failure}"


def _notices(report: CaseReport) -> str:
    return "; ".join(f"{_words(each.kind)} {_way(each.state, each.channel)}" for each in report.notices)


def _way(state: str, channel: str | None) -> str:
    return f"by {channel}" if state == "sent" else state


def print_timeline(events: Iterable[Recorded], timezone: str) -> None:
    """One line per event, folded where it is long."""
    lines = [
        (str(event.seq), moment(event.at.replace(microsecond=0), timezone), event.actor, say(event, timezone))
        for event in events
    ]
    print_table(("", f"when ({timezone})", "who", "what"), lines)


def print_explanation(explanation: Explanation) -> None:
    """Policy first, then each deadline with its reasons."""
    page = console()
    print_facts(
        [
            (explanation.case_id, f"times in {explanation.timezone}"),
            ("policy", f"{explanation.policy}, hash {explanation.policy_hash}"),
            ("calendars", f"revision {explanation.calendar_revision}"),
        ]
    )
    for deadline in explanation.deadlines:
        page.print(f"\n{deadline.name}: {moment(deadline.at, explanation.timezone)}", markup=False)
        page.print(f"  {deadline.why}", markup=False)
    for clock in explanation.clocks:
        number = f" #{clock.instance}" if clock.instance > 1 else ""
        due = moment(clock.due_at, explanation.timezone)
        page.print(f"\n{clock.metric}{number}: {clock.state}, {clock.verdict}, due {due}", markup=False)
        for line in (clock.promise, f"calendar {clock.calendar}", *clock.happened):
            page.print(f"  {line}", markup=False)
        for line in clock.arithmetic:
            page.print(f"    {line}", markup=False)


def _words(name: str) -> str:
    return name.replace("_", " ")


def print_clocks(clocks: Iterable[ClockRow]) -> None:
    """A row per clock, times in the zone of its calendar."""
    print_table(
        ("clock", "state", "verdict", "due", "elapsed", "paused"),
        (
            (
                row.name if row.instance == 1 else f"{row.name} #{row.instance}",
                row.state,
                row.verdict,
                moment(row.due_at.replace(microsecond=0)) + (" (provisional)" if row.provisional else ""),
                span(row.elapsed_seconds),
                span(row.paused_seconds),
            )
            for row in clocks
        ),
    )

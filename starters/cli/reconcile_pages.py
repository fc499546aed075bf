"""How `casework reconcile` shows cycles, statements and tasks: at most eighty columns."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.reconciliation_tasks import Task
from starters.cli.tables import print_facts, print_table
from starters.moments import moment
from starters.money import money
from starters.reconciling import Cycle
from store.statements import Taken

SAID = {
    "unknown_to_us": "paid at the gateway, not by us",
    "unknown_to_them": "settled here, unknown to the gateway",
    "amount_differs": "another amount at the gateway",
    "currency_differs": "another currency at the gateway",
    "state_differs": "ended otherwise at the gateway",
    "behind": "ended at the gateway, not here",
    "stopped": "its workflow does not run",
    "overdue": "on its way for too long",
}
"""The kinds of differences, in words."""

SIDES = (
    ("refund", "refund_id", ""),
    ("case", "case_id", ""),
    ("order", "order_id", ""),
    ("payment", "payment_id", "payment_id"),
    ("key", "key", "key"),
    ("their number", "provider_ref", "ref"),
    ("amount", "amount_minor", "amount_minor"),
    ("state", "state", "state"),
    ("since", "state_since", "at"),
    ("first sent", "first_sent_at", ""),
    ("tries", "attempts", ""),
    ("last error", "last_error", ""),
    ("row of the file", "", "row"),
)
"""What is shown of both sides: its head, its name in the ledger and its name at the gateway."""
TIMES = ("state_since", "first_sent_at", "at")


def row_of(task: Task) -> dict[str, object]:
    """A task for programs, with what to do."""
    return {**task.model_dump(mode="json", exclude={"mark", "hint"}, exclude_none=True), "do": task.do}


def print_cycle(done: Cycle) -> None:
    """What came of a cycle."""
    if done.skipped:
        print("another process is at it")
        return
    if done.found:
        _print_found(done.found)
        print()
    if not done.temporal_answers:
        print("Temporal does not answer: the refunds' workflows are told in a later cycle")
    unanswered = f", {done.unanswered} without an answer" if done.unanswered else ""
    told = f"; {_count(done.hinted, 'workflow')} told" if done.hinted else ""
    begun = f"; {_count(done.begun, 'refund')} begun anew" if done.begun else ""
    differences = _count(len(done.found), "difference")
    print(f"{_count(done.looked, 'refund')} looked at{unanswered}, {differences}{told}{begun}")


def print_taken(taken: Taken) -> None:
    """What came of a statement."""
    whole = f"{taken.rail}, {taken.merchant}, {taken.day}: {_count(taken.refunds, 'refund')}"
    if taken.again:
        print(f"{whole}; this file was taken before, nothing was done")
        return
    if taken.found:
        _print_found(taken.found)
        print()
    print(f"{whole}, {_count(len(taken.found), 'difference')}")


def print_tasks(found: Sequence[Task], timezone: str) -> None:
    """A row per task."""
    if not found:
        print("nothing is open between the ledger and the gateways")
        return
    print_table(
        ("task", "difference", "at", "refund", "since"),
        (
            (
                str(each.task_id),
                _short(each) if each.closed_at is None else f"{_short(each)}, closed",
                each.provider,
                each.subject,
                moment(each.first_seen_at.replace(second=0, microsecond=0), timezone),
            )
            for each in found
        ),
    )


def print_task(task: Task, timezone: str) -> None:
    """Both sides, and what to do."""

    def at(value: datetime | None) -> str | None:
        return moment(value, timezone) if value else None

    print_facts(
        [
            (f"task {task.task_id}", SAID[task.kind]),
            ("refund", task.subject),
            ("at", f"{task.provider} of {task.merchant}"),
            ("found by", task.source),
            ("since", at(task.first_seen_at)),
            ("seen last", at(task.seen_again_at)),
            ("told", at(task.hinted_at)),
            ("closed", at(task.closed_at)),
            ("by", task.closed_by or ("itself" if task.closed_at else None)),
            ("words", task.words),
            ("do", None if task.closed_at else task.do),
        ]
    )
    print()
    ours, theirs = (_side(task, name) for name in ("ours", "theirs"))
    rows = ((head, _cell(ours, our, timezone), _cell(theirs, their, timezone)) for head, our, their in SIDES)
    print_table(("", "ledger", "gateway"), [row for row in rows if row[1] or row[2]])


def _side(task: Task, name: str) -> Mapping[str, object]:
    told = task.facts.get(name)
    return told if isinstance(told, Mapping) else {}


def _short(task: Task) -> str:
    return task.kind.replace("_", " ")


def _cell(side: Mapping[str, object], name: str, timezone: str) -> str:
    value = side.get(name)
    if value is None:
        return ""
    if name == "amount_minor" and isinstance(value, int):
        return money(value, str(side["currency"])) if "currency" in side else str(value)
    return moment(datetime.fromisoformat(str(value)), timezone) if name in TIMES else str(value)


def _print_found(found: Sequence[Task]) -> None:
    print_table(
        ("refund", "difference", "now"),
        (
            (
                each.subject,
                _short(each),
                f"task {each.task_id}" if each.opened_at else "looked at again by the reconciler",
            )
            for each in found
        ),
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"

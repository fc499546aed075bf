"""The pages that `casework improvement …` prints for people."""

from collections.abc import Sequence
from datetime import datetime

from domain.improvements.messages import ActionNow, Progress
from starters.cli.tables import print_facts, print_table
from starters.moments import moment
from store.improvements import Tracked

PREFIX = "improvement:"


def print_tracked(found: Sequence[Tracked], *, more: bool, timezone: str) -> None:
    """A row per improvement."""
    if not found:
        print("no improvement")
        return
    print_table(
        ("case", "department", "severity", "where", "due"),
        (
            (
                each.case.case_id.removeprefix(PREFIX),
                each.case.team or "",
                each.case.facets.get("severity", ""),
                _words(each.case.outcome or each.case.stage),
                _due(each, timezone),
            )
            for each in found
        ),
    )
    if more:
        print("there are more: --limit shows more, a filter fewer")


def print_progress(progress: Progress, timezone: str) -> None:
    """What recurs, whose turn it is, what was before, then the actions."""
    after = "" if progress.found is None else f"; {progress.found} came up again"
    print_facts(
        [
            (f"Improvement {progress.number}", f"{progress.severity}, for {progress.department}"),
            ("recurs", progress.recurs.words),
            ("where", f"closed: {_words(progress.outcome)}" if progress.outcome else _words(progress.now)),
            ("next", _words(progress.next) if progress.next else None),
            ("until", moment(progress.until, timezone) if progress.until else None),
            ("round", str(progress.round) if progress.round else None),
            ("figures", f"{progress.baseline} before, {progress.tolerated} tolerated{after}"),
            ("evidence", f"{progress.evidence} cases"),
        ]
    )
    if progress.actions:
        print()
        print_table(
            ("action", "round", "what", "owner", "due", "state"),
            (_action(each, timezone) for each in progress.actions),
        )


def _action(action: ActionNow, timezone: str) -> tuple[str, ...]:
    due = _moment(action.due_by, timezone)
    return str(action.action), str(action.round), action.what, action.owner or "", due, action.state


def _due(each: Tracked, timezone: str) -> str:
    late = [
        clock for clock in each.case.clocks if (clock["state"], clock["verdict"]) == ("running", "breached")
    ]
    waits = [(str(clock["name"]), _read(clock["due_at"])) for clock in late]
    if each.overdue_action is not None and each.action_due_by is not None:
        waits.append((f"action {each.overdue_action}", each.action_due_by))
    if each.is_overdue and waits:
        return "; ".join(f"{what} overdue since {_moment(since, timezone)}" for what, since in waits)
    return f"{each.case.due_metric} {_moment(each.case.due_at, timezone)}" if each.case.due_at else ""


def _read(value: object) -> datetime:
    return datetime.fromisoformat(str(value))


def _moment(at: datetime | None, timezone: str) -> str:
    return moment(at, timezone) if at else ""


def _words(name: str) -> str:
    return name.replace("_", " ")

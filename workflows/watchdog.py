"""The story of a watchdog's round; a schedule starts one after the other."""

from typing import Any

from temporalio import workflow

from workflows.options import UNTIL_DONE

with workflow.unsafe.imports_passed_through():
    from activities.names import WATCHDOG
    from activities.watchdog import WatchdogActivities, Watched


@workflow.defn(name=WATCHDOG)
class Watchdog:
    """Finds open cases whose next instant has passed unnoticed, as after a lost timer, and nudges them."""

    @workflow.run
    async def run(self) -> dict[str, Any]:
        """One round; its result says which cases were found."""
        workflow.set_current_details(
            "**Watchdog: a round is on**\n\nNext: the store says which cases are overdue; each is nudged"
        )
        watched = await workflow.execute_activity_method(
            WatchdogActivities.nudge_overdue, summary="nudge the cases that are overdue", **UNTIL_DONE
        )
        workflow.set_current_details(_page(watched))
        return watched.model_dump(mode="json", exclude_defaults=True)


def _page(watched: Watched) -> str:
    """What Temporal UI shows of a round that is over: what was found, and what is next."""
    found = (
        ("nudged", watched.nudged, "they go on by themselves"),
        ("silent", watched.silent, "the next round nudges them again"),
        ("without workflow", watched.without_workflow, "`casework verify` says what to do"),
    )
    lines = [
        f"{len(cases)} {what}, the longest overdue `{cases[0]}`. Next: {coming}"
        for what, cases, coming in found
        if cases
    ]
    return "\n\n".join(["**Watchdog: the round is over**", *(lines or ["No case is overdue"])])

"""Countdowns of lists: how much working time is left of a case's nearest clock, in words, icon and tone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from console.formats import Formats
from domain.calendars import Snapshot
from domain.errors import CaseworkError
from domain.policy import Policy
from domain.records import CaseKind
from domain.sla.hours import Hours
from store.board import BoardRow
from store.case_archive import CaseArchive
from store.pinned_documents import PinnedDocuments
from store.pool import Pool


@dataclass(frozen=True)
class Countdown:
    """A clock as people read it: never a colour alone. `title` tells a closer look the whole."""

    tone: str
    icon: str
    words: str
    title: str


class WorkingTime:
    """Working time by the very calendars that cases are held to; each is compiled once per process."""

    def __init__(self, pool: Pool) -> None:
        self._archive = CaseArchive(pool)
        self._documents = PinnedDocuments(pool)
        self._policies: dict[str, tuple[Policy, dict[str, Snapshot]] | None] = {}
        self._hours: dict[tuple[str, CaseKind, str], Hours | None] = {}

    async def know(self, rows: list[BoardRow]) -> None:
        """Load what the clocks of these rows go by. Raises `StoreUnavailable`."""
        for terms in {row.terms for row in rows} - self._policies.keys():
            policy_hash, _, revision = terms.partition(" ")
            try:
                policy = await self._archive.policy(policy_hash)
                self._policies[terms] = (policy, await self._snapshots(revision))
            except (CaseworkError, LookupError):
                # A case whose policy this program cannot read is still listed, by the clock on the wall.
                self._policies[terms] = None

    def left(self, row: BoardRow, now: datetime) -> timedelta:
        """What is left; negative: for how long it is missed."""
        hours = self._hours_of(row)
        if hours is None:
            return row.urgent_at - now
        if row.urgent_at >= now:
            return hours.worked(now, row.urgent_at)
        return -hours.worked(row.urgent_at, now)

    def _hours_of(self, row: BoardRow) -> Hours | None:
        key = (row.terms, row.kind, row.metric or "")
        if key not in self._hours:
            self._hours[key] = self._compiled(*key)
        return self._hours[key]

    def _compiled(self, terms: str, kind: CaseKind, metric: str) -> Hours | None:
        known = self._policies.get(terms)
        rules = known[0].metrics.get(kind, {}).get(metric) if known else None
        if known is None or rules is None:
            return None
        policy, snapshots = known
        return Hours(policy.calendar(rules.calendar, snapshots))

    async def _snapshots(self, revision: str) -> dict[str, Snapshot]:
        """The holidays of `cn@0123+en@4567`."""
        found: dict[str, Snapshot] = {}
        for part in revision.split("+"):
            name, _, digest = part.partition("@")
            if digest:
                found[name] = Snapshot.model_validate(await self._documents.calendar(digest))
        return found


def countdown(row: BoardRow, working: WorkingTime, formats: Formats) -> Countdown:
    """A row's clock."""
    t = formats.words
    name = t.name("value.metric", row.metric)
    waits = t.name("value.waits", row.waits)
    is_missed = row.urgent_at < formats.now
    if row.clock == "none":
        return Countdown("slate", "–", t("clock.none"), t("clock.none_why"))
    if row.clock == "paused" and not is_missed:
        return Countdown("slate", "❚❚", t("clock.paused", waits=waits), t("clock.paused_why", metric=name))
    left = working.left(row, formats.now)
    at = formats.whole_moment(row.urgent_at)
    limit = t("clock.by_law") if "l" in row.marks else t("clock.by_policy")
    title = t("clock.why", metric=name, at=at, limit=limit, revision=row.terms.partition(" ")[2])
    span = formats.span(left)
    if is_missed:
        return Countdown("red", "▲", t("clock.overdue", span=span), title)
    if "p" in row.marks:
        return Countdown("slate", "◌", t("clock.provisional", span=span), title)
    return Countdown("amber" if "w" in row.marks else "green", "●", t("clock.left", span=span), title)

"""The contract's watch in the plainest way: what silence says by looking at every tick, what scans say by
looking from each scan at all others.

It shares nothing with the watch but the model of a scan. Times are whole ticks, thresholds at least one.
"""

from collections.abc import Callable
from dataclasses import dataclass

ORDER = (
    *("registered", "picked_up", "in_transit", "out_for_delivery", "held", "exception"),
    *("attempt_failed", "ready_for_pickup", "returning", "delivered", "returned"),
)
LOSS = ("carrier_parcel_lost", "carrier_parcel_destroyed")
DAMAGE = ("carrier_damaged_parcel", "short_contents")
WRONG = ("wrong_delivery", "signed_not_received")
FAILED = ("attempt_failed",)
Row = tuple[str, int, int | None]


@dataclass(frozen=True)
class Said:
    at: int
    status: str
    reason: str = ""

    @property
    def place(self) -> tuple[int, int, str]:
        return (self.at, ORDER.index(self.status), self.reason)

    @property
    def is_end(self) -> bool:
        return self.status in ("delivered", "returned")


@dataclass
class SlowWatch:
    shipped_at: int
    promised_by: int | None
    no_pickup: int | None
    stall: int | None
    late: int | None
    lost: int | None
    said: list[Said]

    def rows(self, as_of: int) -> list[Row]:
        """Sorted by the moment of raising, then by kind."""
        seen = sorted(
            {one for one in self.said if one.at <= as_of and one.status != "stalled"}, key=lambda s: s.place
        )
        found: list[Row] = []
        ticks = range(min([self.shipped_at, self.promised_by or 0, *(s.at for s in seen)]) - 1, as_of + 1)
        for kind, holds in self.conditions(seen).items():
            found += runs(kind, {tick for tick in ticks if holds(tick)}, as_of)
        for kind, raises, ends in SAYS:
            found += self.spoken(kind, raises, ends, seen)
        return sorted(found, key=lambda row: (row[1], row[0]))

    def begins(self, seen: list[Said]) -> int:
        moving = [s.at for s in seen if s.status not in ("registered", "held", "exception")]
        return min([self.shipped_at, *moving])

    def conditions(self, seen: list[Said]) -> dict[str, Callable[[int], bool]]:
        """What holds at a tick, whatever held before."""
        begins = self.begins(seen)

        def over(tick: int) -> bool:
            return any(s.is_end and s.at <= tick for s in seen)

        def last(tick: int) -> int | None:
            return max((s.at for s in seen if begins <= s.at <= tick), default=None)

        def not_picked_up(tick: int) -> bool:
            return self.no_pickup is not None and last(tick) is None and tick - begins >= self.no_pickup

        def stalled(tick: int) -> bool:
            since = last(tick)
            return (
                self.stall is not None and since is not None and not over(tick) and tick - since >= self.stall
            )

        def lost(tick: int) -> bool:
            since = last(tick)
            silence = tick - (begins if since is None else since)
            return self.lost is not None and not over(tick) and silence >= self.lost

        def late(tick: int) -> bool:
            if self.promised_by is None or self.late is None or over(tick):
                return False
            return tick >= self.promised_by + self.late

        return {"not_picked_up": not_picked_up, "stalled": stalled, "lost": lost, "late": late}

    def spoken(
        self, kind: str, raises: Callable[[Said], bool], ends: Callable[[Said], bool], seen: list[Said]
    ) -> list[Row]:
        """Each scan that raises, unless an earlier one did that nothing has ended since."""
        found: list[Row] = []
        for index, one in enumerate(seen):
            if not raises(one) or any(s.is_end for s in seen[:index]):
                continue
            earlier = [i for i in range(index) if raises(seen[i])]
            if earlier and not any(ends(s) for s in seen[earlier[-1] + 1 : index]):
                continue
            after = [s.at for s in seen[index + 1 :] if ends(s)]
            found.append((kind, one.at, after[0] if after else None))
        return found


def runs(kind: str, ticks: set[int], as_of: int) -> list[Row]:
    """The stretches of ticks without a gap; one that reaches the last tick lasts."""
    found: list[Row] = []
    for tick in ticks:
        if tick - 1 not in ticks:
            end = tick
            while end in ticks:
                end += 1
            found.append((kind, tick, None if end > as_of else end))
    return found


def fails(one: Said) -> bool:
    return one.status == "attempt_failed" or (
        one.status == "exception" and one.reason.startswith("consignee_")
    )


SAYS: list[tuple[str, Callable[[Said], bool], Callable[[Said], bool]]] = [
    ("loss", lambda s: s.reason in LOSS, lambda s: s.reason not in LOSS),
    ("damage", lambda s: s.reason in DAMAGE, lambda s: False),
    ("wrong_delivery", lambda s: s.reason in WRONG, lambda s: s.is_end and s.reason not in WRONG),
    (
        "attempt_failed",
        fails,
        lambda s: s.is_end or s.status in ("out_for_delivery", "ready_for_pickup", "returning"),
    ),
    ("returning", lambda s: s.status == "returning", lambda s: s.is_end),
]

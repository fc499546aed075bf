"""How long customers wait for their money: refunds by the time until they were paid (sop R3, R9).

Time by the wall, not working time: the customer's. Everything is made from counts by whole minutes.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Literal

from domain.base import Model

Since = Literal["opening", "request"]
"""From the case's opening, or from when the refund was asked of the ledger."""
RefundEnd = Literal["paid", "open", "failed"]

BANDS = tuple(timedelta(hours=hours) for hours in (1, 4, 24, 72, 168))
"""Up to so long; a last band is above all of them (ours; sop R9 wants 24 hours at a peak)."""
MEDIAN_PERCENT, MOST_PERCENT = 50, 90
MINUTE = timedelta(minutes=1)
_DIGITS = 4


class RefundCount(Model):
    """Refunds that ended alike and took as many whole minutes; `minutes` is null unless they were paid."""

    since: Since
    end: RefundEnd
    minutes: int | None = None
    refunds: int


class Band(Model):
    """Refunds paid within `up_to_minutes` but not within the band before; null: after all of them."""

    over_minutes: int
    up_to_minutes: int | None
    refunds: int
    share: float
    cumulative: float


class LeadTimes(Model):
    """Half of the paid refunds took at most the median, nine in ten at most `most_minutes`."""

    median_minutes: int | None
    most_minutes: int | None
    longest_minutes: int | None
    bands: list[Band]


class RefundFigures(Model):
    """Refunds of the period's cases. `open`: not paid yet; `failed`: never will be."""

    paid: int
    open: int
    failed: int
    since_opening: LeadTimes
    since_request: LeadTimes


def refund_figures(rows: Sequence[RefundCount]) -> RefundFigures:
    """Both ways of looking at the same refunds."""
    ends = Counter[RefundEnd]()
    for row in rows:
        if row.since == "opening":
            ends[row.end] += row.refunds
    return RefundFigures(
        paid=ends["paid"],
        open=ends["open"],
        failed=ends["failed"],
        since_opening=_lead_times(rows, "opening"),
        since_request=_lead_times(rows, "request"),
    )


def _lead_times(rows: Iterable[RefundCount], since: Since) -> LeadTimes:
    taken = Counter[int]()
    for row in rows:
        if row.since == since and row.minutes is not None:
            taken[row.minutes] += row.refunds
    return LeadTimes(
        median_minutes=_within(taken, MEDIAN_PERCENT),
        most_minutes=_within(taken, MOST_PERCENT),
        longest_minutes=max(taken, default=None),
        bands=_bands(taken),
    )


def _within(taken: Mapping[int, int], percent: int) -> int | None:
    """Within how many minutes so large a part was paid, at least."""
    wanted, so_far = -(-sum(taken.values()) * percent // 100), 0
    for minutes in sorted(taken):
        so_far += taken[minutes]
        if so_far >= wanted:
            return minutes
    return None


def _bands(taken: Mapping[int, int]) -> list[Band]:
    whole, so_far, over = sum(taken.values()), 0, -1
    bands: list[Band] = []
    for up_to in [*(band // MINUTE for band in BANDS), None]:
        found = sum(
            refunds
            for minutes, refunds in taken.items()
            if over < minutes and (up_to is None or minutes <= up_to)
        )
        so_far += found
        bands.append(
            Band(
                over_minutes=max(over, 0),
                up_to_minutes=up_to,
                refunds=found,
                share=round(found / whole, _DIGITS) if whole else 0.0,
                cumulative=round(so_far / whole, _DIGITS) if whole else 0.0,
            )
        )
        over = up_to if up_to is not None else over
    return bands

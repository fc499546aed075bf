"""How long refunds took, against counts that were added up by hand."""

from domain.lead_times import LeadTimes, RefundCount, refund_figures


def paid(minutes: int, refunds: int = 1, request_minutes: int | None = None) -> list[RefundCount]:
    """Refunds that were paid so many minutes after the opening, and after they were asked for."""
    asked = minutes if request_minutes is None else request_minutes
    return [
        RefundCount(since="opening", end="paid", minutes=minutes, refunds=refunds),
        RefundCount(since="request", end="paid", minutes=asked, refunds=refunds),
    ]


def unpaid(end: str, refunds: int) -> list[RefundCount]:
    return [
        RefundCount.model_validate({"since": since, "end": end, "refunds": refunds})
        for since in ("opening", "request")
    ]


def bands(times: LeadTimes) -> list[tuple[int, int | None, int, float]]:
    return [(band.over_minutes, band.up_to_minutes, band.refunds, band.cumulative) for band in times.bands]


def test_bands_hold_each_refund_once_their_upper_end_included() -> None:
    rows = [*paid(0), *paid(60), *paid(61), *paid(1440, 4), *paid(1441), *paid(10_081, 2)]
    assert bands(refund_figures(rows).since_opening) == [
        (0, 60, 2, 0.2),
        (60, 240, 1, 0.3),
        (240, 1440, 4, 0.7),
        (1440, 4320, 1, 0.8),
        (4320, 10_080, 0, 0.8),
        (10_080, None, 2, 1.0),
    ]


def test_half_and_nine_in_ten_are_paid_within() -> None:
    found = refund_figures([row for minutes in range(1, 11) for row in paid(minutes)]).since_opening
    assert (found.median_minutes, found.most_minutes, found.longest_minutes) == (5, 9, 10)
    found = refund_figures([*paid(5, 3), *paid(100)]).since_opening
    assert (found.median_minutes, found.most_minutes) == (5, 100)


def test_both_beginnings_are_counted_apart_and_each_refund_once() -> None:
    found = refund_figures([*paid(600, 2, request_minutes=10), *unpaid("open", 3), *unpaid("failed", 1)])
    assert (found.paid, found.open, found.failed) == (2, 3, 1)
    assert (found.since_opening.median_minutes, found.since_request.median_minutes) == (600, 10)
    assert (found.since_opening.bands[2].refunds, found.since_request.bands[0].refunds) == (2, 2)


def test_without_a_paid_refund_nothing_is_said_of_time() -> None:
    found = refund_figures(unpaid("open", 3))
    times = found.since_opening
    assert (found.paid, times.median_minutes, times.most_minutes, times.longest_minutes) == (
        0,
        None,
        None,
        None,
    )
    assert {(band.refunds, band.share, band.cumulative) for band in times.bands} == {(0, 0.0, 0.0)}

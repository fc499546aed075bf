"""Who answers for cases, which complaints come again, and how long money takes, as tables."""

from console.figure_cells import MOST_DRAWN, Cell, Cells, Series, Table, chart
from domain.figures import ANSWERED_FOR, NO_TEAM, VITAL_SHARE, ComplaintFigures, PartyFigures
from domain.lead_times import LeadTimes, RefundFigures


def party_table(figures: PartyFigures, cells: Cells) -> Table:
    """Pareto: the largest first, and how few make up most."""
    t, kinds = cells.words, cells.ask.where.kinds
    columns = cells.columns("party", "cases", "share", "so_far")
    if kinds and kinds[0] not in ANSWERED_FOR:
        return Table(
            "parties", columns, empty=t("figures.empty.parties", kind=t.name("value.kind", kinds[0]))
        )
    if not figures.cases:
        return Table("parties", columns, empty=t("figures.empty.cases"))
    names = [cells.named("choice", share.value) for share in figures.parties]
    behind = [{"among": "answered_for", "party": share.value or NO_TEAM} for share in figures.parties]
    return Table(
        "parties",
        columns,
        [
            (
                cells.text(name),
                cells.count(share.cases, **which),
                cells.share(share.share),
                cells.share(share.cumulative),
            )
            for name, share, which in zip(names, figures.parties, behind, strict=True)
        ],
        t("figures.told.parties", n=figures.vital, cases=cells.formats.count(figures.cases)),
        chart(
            "pareto",
            names,
            Series(t("figures.column.cases"), "main", [share.cases for share in figures.parties]),
            Series(t("figures.column.so_far"), "soft", [share.cumulative for share in figures.parties]),
            line={"name": t("figures.vital"), "value": VITAL_SHARE},
            links=[cells.cases(**which) for which in behind],
        ),
    )


def repeat_table(figures: ComplaintFigures, cells: Cells) -> Table:
    """By category: complaints, and those that came soon after another one."""
    t, kinds = cells.words, cells.ask.where.kinds
    columns = cells.columns("category", "complaints", "repeats", "repeat_rate")
    if kinds and kinds != ["complaint"]:
        return Table("repeats", columns, empty=t("figures.empty.repeats"))
    if not figures.cases:
        return Table("repeats", columns, empty=t("figures.empty.complaints"))
    repeats: dict[str | None, int] = {}
    for each in figures.types:
        repeats[each.category] = repeats.get(each.category, 0) + each.repeats
    names = [cells.named("value.about", share.value) for share in figures.categories]
    rows: list[tuple[Cell, ...]] = []
    for name, share in zip(names, figures.categories, strict=True):
        which, again = {"kind": "complaint", "category": share.value or NO_TEAM}, repeats[share.value]
        rows.append(
            (
                cells.text(name),
                cells.count(share.cases, **which),
                cells.count(again, repeats=1, **which),
                cells.share(again / share.cases),
            )
        )
    drawn = figures.categories[:MOST_DRAWN]
    again = [repeats[share.value] for share in drawn]
    return Table(
        "repeats",
        columns,
        rows,
        t(
            "figures.told.repeats",
            n=figures.repeats,
            cases=cells.formats.count(figures.cases),
            percent=cells.share(figures.repeat_rate).text,
        ),
        chart(
            "stack",
            names[:MOST_DRAWN],
            Series(
                t("figures.first_time"),
                "main",
                [share.cases - n for share, n in zip(drawn, again, strict=True)],
            ),
            Series(t("figures.column.repeats"), "bad", again),
            links=[cells.cases(kind="complaint", category=share.value or NO_TEAM) for share in drawn],
        ),
    )


def refund_table(figures: RefundFigures, cells: Cells) -> Table:
    """Paid refunds by how long they took from both beginnings; then those that are not paid."""
    t = cells.words
    columns = cells.columns("took", "since_opening", "so_far", "since_request", "so_far")
    if not (figures.paid or figures.open or figures.failed):
        return Table("refunds", columns, empty=t("figures.empty.refunds"))
    opening, request = figures.since_opening, figures.since_request
    names = [
        cells.formats.band("figures.band", band.over_minutes or None, band.up_to_minutes)
        for band in opening.bands
    ]
    rows = [
        (
            cells.text(name),
            cells.count(
                case.refunds,
                refund="paid",
                paid_over=case.over_minutes or None,
                paid_within=case.up_to_minutes,
            ),
            cells.share(case.cumulative),
            cells.count(asked.refunds),
            cells.share(asked.cumulative),
        )
        for name, case, asked in zip(names, opening.bands, request.bands, strict=True)
    ]
    for end, number in (("open", figures.open), ("failed", figures.failed)):
        counted = cells.count(number, refund=end)
        rows.append(
            (cells.text(t(f"figures.refund.{end}")), counted, cells.share(None), counted, cells.share(None))
        )
    drawn = chart(
        "columns",
        names,
        Series(t("figures.column.since_opening"), "main", [band.refunds for band in opening.bands]),
        Series(t("figures.column.since_request"), "soft", [band.refunds for band in request.bands]),
    )
    return Table("refunds", columns, rows, _told(opening, figures, cells), drawn if figures.paid else None)


def _told(times: LeadTimes, figures: RefundFigures, cells: Cells) -> str:
    if times.median_minutes is None or times.most_minutes is None:
        return cells.words("figures.told.unpaid", n=figures.open)
    return cells.words(
        "figures.told.refunds",
        n=figures.paid,
        paid=cells.formats.count(figures.paid),
        median=cells.formats.minutes(times.median_minutes),
        most=cells.formats.minutes(times.most_minutes),
    )

"""Figures against tables that were counted by hand."""

from domain.figures import Facets, complaint_figures, delivery_figures, pareto, party_figures

COMPLAINTS = [
    Facets(
        category="quality", severity="high", reason="broken", party="merchant", cases=4, open=1, repeats=2
    ),
    Facets(category="quality", severity="low", reason="broken", party="carrier", cases=1, repeats=1),
    Facets(category="quality", severity="low", reason="scratched", party="merchant", cases=1),
    Facets(category="logistics", severity="low", reason="late", party="carrier", cases=3, open=3),
    Facets(cases=1),
]
DELIVERIES = [
    Facets(carrier="swift", lane="sha-pek", reason="weather_delay", cases=3, open=1),
    Facets(carrier="swift", lane="sha-can", reason="weather_delay", cases=1),
    Facets(carrier="harbour", lane="sha-pek", reason="carrier_parcel_lost", cases=4),
]


def test_complaints_are_counted_by_type() -> None:
    figures = complaint_figures(COMPLAINTS)
    assert (figures.cases, figures.open, figures.repeats, figures.repeat_rate) == (10, 4, 3, 0.3)
    assert [(row.value, row.cases, row.share, row.cumulative) for row in figures.categories] == [
        ("quality", 6, 0.6, 0.6),
        ("logistics", 3, 0.3, 0.9),
        (None, 1, 0.1, 1.0),
    ]
    assert [(row.value, row.cases) for row in figures.severities] == [("low", 5), ("high", 4), (None, 1)]
    assert [(row.value, row.cases) for row in figures.reasons] == [
        *(("broken", 5), ("late", 3), ("scratched", 1), (None, 1)),
    ]
    assert [(row.category, row.reason, row.cases, row.share, row.repeats) for row in figures.types] == [
        ("quality", "broken", 5, 0.5, 3),
        ("logistics", "late", 3, 0.3, 0),
        ("quality", "scratched", 1, 0.1, 0),
        (None, None, 1, 0.1, 0),
    ]


def test_root_causes_are_counted_by_carrier_lane_and_reason() -> None:
    figures = delivery_figures(DELIVERIES)
    assert (figures.cases, figures.open) == (8, 1)
    assert [(row.value, row.cases) for row in figures.carriers] == [("harbour", 4), ("swift", 4)]
    assert [(row.value, row.cases) for row in figures.lanes] == [("sha-pek", 7), ("sha-can", 1)]
    assert [(row.value, row.share) for row in figures.reasons] == [
        *(("carrier_parcel_lost", 0.5), ("weather_delay", 0.5)),
    ]
    assert [(row.carrier, row.lane, row.reason, row.cases, row.cumulative) for row in figures.causes] == [
        ("harbour", "sha-pek", "carrier_parcel_lost", 4, 0.5),
        ("swift", "sha-pek", "weather_delay", 3, 0.875),
        ("swift", "sha-can", "weather_delay", 1, 1.0),
    ]


def test_the_vital_few_reach_four_fifths() -> None:
    figures = party_figures([*COMPLAINTS, *DELIVERIES])
    assert figures.cases == 18
    assert [(row.value, row.cases, row.cumulative) for row in figures.parties] == [
        (None, 9, 0.5),
        ("merchant", 5, 0.7778),
        ("carrier", 4, 1.0),
    ]
    assert figures.vital == 3


def test_a_party_that_reaches_four_fifths_to_the_point_is_the_last_vital_one() -> None:
    counts = {"a": 8, "b": 1, "c": 1}
    assert party_figures([Facets(party=party, cases=cases) for party, cases in counts.items()]).vital == 1


def test_without_cases_there_are_no_figures_and_no_division() -> None:
    assert complaint_figures([]).repeat_rate is None
    assert delivery_figures([]).causes == []
    assert (party_figures([]).vital, pareto({})) == (0, [])

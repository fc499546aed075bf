"""Figures, findings, departments, effect (sop C15, C16) through the public client on the real server."""

from datetime import UTC, datetime, timedelta

from domain.cases.messages import Reopen
from domain.figures import FigureFilter, complaint_figures, party_figures
from domain.improvements import messages as ask
from domain.improvements.findings import Finding, Recurring
from domain.improvements.opening import WantedCount
from domain.peaks import peak_figures
from domain.records import Recorded
from starters.client import Cases
from store.figures import FigureCounts
from store.recurrence import Recurrences
from tests.workflows.case import Case
from tests.workflows.desk import Desk
from tests.workflows.improvement_desk import put_past_cases

PAST = timedelta(days=20)


async def test_c15_figures_name_the_type_the_peak_and_the_party_and_c16_what_follows_is_tracked(
    desk: Desk, cases: Cases
) -> None:
    start = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) - PAST
    for day in range(10):
        await put_past_cases(desk, 1, start + timedelta(days=day), category="payment", party="platform")
    peak = await put_past_cases(desk, 20, start + timedelta(days=7), reason="weather_delay")

    counts, where = FigureCounts(desk.pool), FigureFilter(merchant=desk.merchant, kinds=["complaint"])
    facets = await counts.facets(where)
    frequent, party = complaint_figures(facets).types[0], party_figures(facets).parties[0]
    assert (frequent.category, frequent.reason, frequent.cases) == ("logistics", "weather_delay", 20)
    assert (party.value, party.cases) == ("carrier", 20)
    [busiest] = peak_figures(await counts.arrivals(where), "Asia/Shanghai").peaks
    assert (busiest.day, busiest.cases) == ((start + timedelta(days=7)).date(), 21)

    recurs = Recurring(category=frequent.category, reason=frequent.reason, party=party.value)
    shown = await Recurrences(desk.pool).count(
        WantedCount(
            merchant=desk.merchant,
            recurs=recurs,
            kinds=["complaint"],
            since=start,
            until=start + PAST,
        )
    )
    assert (shown.found, shown.cases) == (20, peak)
    finding = Finding(
        department="logistics",
        severity="major",
        recurs=recurs,
        kinds=["complaint"],
        words="A storm leaves whole regions without parcels and without a word",
        evidence=shown.cases,
        by="da-01",
        by_figures=True,
        policy="awake",
    )
    case_id = await tracked_to_the_end(desk, cases, finding)
    await recurs_after_all(desk, cases, case_id)


async def tracked_to_the_end(desk: Desk, cases: Cases, finding: Finding) -> str:
    """The finding goes to its department, is acted on, and stays away as far as tolerated."""
    opened = await cases.open(ask.OpenImprovement(merchant=desk.merchant, number="I-1", improvement=finding))
    assert isinstance(opened, ask.Opened)
    assert (opened.stage, opened.baseline, opened.tolerated) == ("proposal", 20, 2)
    case_id = opened.case_id
    await cases.act(case_id, ask.AcceptImprovement(by="lg-01"), "accept")
    await done(cases, case_id, 1)
    case = Case(desk, desk.client.get_workflow_handle(case_id), "I-1")
    await put_past_cases(desk, 2, await case.now() + timedelta(days=3), reason="weather_delay")
    await case.pass_time(days=31)
    assert (await case.result())["outcome"] == "effective"
    events = await cases.events(case_id)
    assert names(events)[-2:] == ["improvement.checked", "improvement.closed"]
    assert next(each.data for each in events if each.type == "improvement.proposed")["source"] == "figures"
    assert (await cases.progress(case_id)).outcome == "effective"
    return case_id


async def recurs_after_all(desk: Desk, cases: Cases, case_id: str) -> None:
    """It is reopened, recurs, and the head ends it: the rounds of the policy are used up."""
    await cases.reopen(case_id, Reopen(reason="by_ops", by="da-01"), "again")
    await done(cases, case_id, 2)
    case = Case(desk, desk.client.get_workflow_handle(case_id), "I-1")
    again = await put_past_cases(desk, 3, await case.now() + timedelta(days=3), reason="weather_delay")
    await case.pass_time(days=31)
    await case.until_stage("ruling")
    view = await cases.case(case_id)
    assert set(again) < {link["case_id"] for link in view["links"]}
    assert view["found"] > view["baseline"] // 10
    answer = await cases.act(
        case_id, ask.RuleOnImprovement(by="head-1", go_on=False, reason="the contract ends soon"), "ruling"
    )
    assert answer.outcome == "not_effective"


async def done(cases: Cases, case_id: str, action: int) -> None:
    """The department does one thing more, and is done."""
    added = ask.AddAction(by="lg-01", what="tell customers before they ask", owner="lg-02")
    await cases.act(case_id, added, f"add-{action}")
    finished = ask.FinishAction(by="lg-02", action=action, evidence="release 2026.12")
    await cases.act(case_id, finished, f"done-{action}")
    learnt = ask.FinishImprovement(by="lg-01", root_cause="nobody looked", prevention="weather is watched")
    await cases.act(case_id, learnt, f"all-{action}")


def names(events: list[Recorded]) -> list[str]:
    """Their types, without clocks and notices."""
    return [each.type for each in events if not each.type.startswith(("clock.", "notice."))]

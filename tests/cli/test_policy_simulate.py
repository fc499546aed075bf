"""`policy simulate` as people and scripts call it, over cases in a real store."""

import os
import re
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.calendars import DayKind, Snapshot, revision_of
from domain.policy import CaseProfile, ReturnTerms
from store.case_archive import CaseArchive
from store.policy_library import PolicyLibrary
from store.pool import Pool
from tests.cli.conftest import Command, Said
from tests.docs.documents import blocks
from tests.domain.sla.stories import when
from tests.store.past_streams import make_stream, store_all

ROOT = Path(__file__).resolve().parents[2]
CALENDARS = ROOT / "deploy" / "calendars"
COLUMNS = 80

REVIEW: dict[str, Any] = {
    "calendar": "desk",
    "targets": [{"target": "4h"}],
    "start": ["return.applied"],
    "stop": ["return.approved"],
}
SETTLEMENT: dict[str, Any] = {
    "calendar": "desk",
    "targets": [{"target": "3 workdays"}],
    "start": ["return.received"],
    "stop": ["return.settled"],
    "reopen": "new",
}
STORIES = {
    "1": [("11-02 09:00", "return.applied"), ("11-02 12:30", "return.approved"),
          ("11-05 10:00", "return.received"), ("11-10 10:00", "return.settled")],
    "2": [("11-02 09:00", "return.applied"), ("11-02 10:00", "return.approved"),
          ("11-05 10:00", "return.received"), ("11-06 10:00", "return.settled"),
          ("11-10 10:00", "return.received"), ("11-13 10:00", "return.settled")],
    "3": [("11-03 09:00", "return.applied"), ("11-03 17:00", "return.approved")],
    "4": [("11-04 09:00", "return.applied"), ("11-04 09:30", "return.approved")],
}  # fmt: skip


@pytest.fixture
def policies(tmp_path: Path) -> Path:
    """A folder with the policy that the cases were under, a stricter one, and one without a clock."""
    folder = tmp_path / "policies"
    folder.mkdir()
    shipped = yaml.safe_load((ROOT / "deploy" / "policies" / "standard.yaml").read_text(encoding="utf-8"))
    strict_review = REVIEW | {"targets": [{"target": "3h"}]}
    strict = {"review": strict_review, "settlement": SETTLEMENT | {"targets": [{"target": "2 workdays"}]}}
    for name, metrics in (
        ("old", {"review": REVIEW, "settlement": SETTLEMENT}),
        ("strict", strict),
        ("bare", {"review": REVIEW}),
    ):
        content = shipped | {"name": name, "metrics": {"return": metrics}}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return folder


@pytest.fixture
async def casework(database_dsn: str, pool: Pool, policies: Path, tmp_path: Path) -> Command:
    """The command, pointed at a store with four returns that were opened under `old`."""
    library, archive = PolicyLibrary(policies, CALENDARS), CaseArchive(pool)
    policy = library.load("old")
    terms = policy.pin(ReturnTerms, CaseProfile(kind="return"), when("11-02 09:00"), library.snapshots)
    terms_hash = await archive.keep_terms(policy, library.snapshots.values(), terms)
    streams = [make_stream(f"return:m1:{number}", told, terms_hash) for number, told in STORIES.items()]
    await store_all(pool, *streams, make_stream("return:m2:5", STORIES["4"], "t-gone"))
    return Command(
        {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CASEWORK_STATE_DIR": str(tmp_path / "state"),
            "CASEWORK_DATABASE_URL": database_dsn,
            "CASEWORK_POLICIES_DIR": str(policies),
        }
    )


def plain(said: Said, policies: Path) -> list[str]:
    """The lines without what differs from one version of a policy to the next."""
    assert (said.status, said.err) == (0, "")
    library = PolicyLibrary(policies, CALENDARS)
    text = said.out
    for name in library.names:
        text = text.replace(library.load(name).short_hash, f"<{name}>")
    return [line.rstrip() for line in text.splitlines()]


GOLDEN_COMMAND = ("policy", "simulate", "strict", "--as-of", "2026-12-31T00:00:00+08:00")
GOLDEN = """\
4 cases under strict <strict>, as of 2026-12-31 00:00 +08:00
before: old <old>, 4 cases

return
clock        cases     before     after   points   worse   better
─────────────────────────────────────────────────────────────────
review           4    75.00 %   50.00 %   -25.00       1        0
settlement       2   100.00 %   33.33 %   -66.67       2        0
2 cases change verdict, on 3 clocks

return:m1:1  review: met → breached
  2026-11-02 13:00 +08:00 → 2026-11-02 12:00 +08:00 (1 h earlier)
return:m1:1  settlement: met → breached
  2026-11-10 18:00 +08:00 → 2026-11-09 18:00 +08:00 (1 d earlier)
return:m1:2  settlement #2: met → breached
  2026-11-13 18:00 +08:00 → 2026-11-12 18:00 +08:00 (1 d earlier)
1 case left out, such as return:m2:5: the store has no policy with hash t-gone
"""


async def test_attainment_stands_side_by_side_and_the_changing_cases_are_named(
    casework: Command, policies: Path
) -> None:
    said = await casework(*GOLDEN_COMMAND)
    assert plain(said, policies) == GOLDEN.splitlines()
    assert all(len(line) <= COLUMNS for line in said.out.splitlines())


def test_the_document_shows_what_is_printed() -> None:
    [shown] = [block.text for block in blocks(ROOT / "docs" / "simulate.md", "text")]
    command, _, printed = re.sub(r"\b(strict|old) [0-9a-f]{12}\b", r"\1 <\1>", shown).partition("\n")
    assert (command, printed) == (f"$ ./casework {' '.join(GOLDEN_COMMAND)}", GOLDEN)


async def test_json_has_every_change_and_both_sides(casework: Command) -> None:
    found = (await casework("policy", "simulate", "strict", "--json")).json
    assert [(each["case_id"], each["metric"], each["instance"]) for each in found["changes"]] == [
        ("return:m1:1", "review", 1),
        ("return:m1:1", "settlement", 1),
        ("return:m1:2", "settlement", 2),
    ]
    assert found["changes"][0] == {
        "case_id": "return:m1:1",
        "kind": "return",
        "metric": "review",
        "instance": 1,
        "before": "met",
        "after": "breached",
        "due_before": "2026-11-02T13:00:00+08:00",
        "due_after": "2026-11-02T12:00:00+08:00",
        "moved_seconds": -3600,
    }
    assert found["clocks"][1]["before"]["clocks"] == 3
    assert (found["under"]["policy"], found["cases"]) == ("strict", 4)


async def test_a_limit_cuts_the_list_and_says_so(casework: Command, policies: Path) -> None:
    lines = plain(await casework("policy", "simulate", "strict", "--limit", "1"), policies)
    assert "2 cases change verdict, on 3 clocks; 2 are not shown (--limit, --json)" in lines
    assert sum("→" in line for line in lines) == 2
    none = plain(await casework("policy", "simulate", "strict", "--limit", "0"), policies)
    assert not any("→" in line for line in none)


async def test_cases_are_chosen_by_period_merchant_and_kind(casework: Command) -> None:
    period = ("--since", "2026-11-03T00:00:00+08:00", "--until", "2026-11-04T00:00:00+08:00")
    answers = {
        "period": (await casework("policy", "simulate", "old", *period, "--json")).json,
        "merchant": (await casework("policy", "simulate", "old", "--merchant", "m2", "--json")).json,
        "kind": (await casework("policy", "simulate", "old", "--kind", "refund", "--json")).json,
    }
    assert {name: found["cases"] for name, found in answers.items()} == {
        "period": 1,
        "merchant": 0,
        "kind": 0,
    }


async def test_nothing_that_changes_is_said_in_words(casework: Command, policies: Path) -> None:
    lines = plain(await casework("policy", "simulate", "old"), policies)
    assert "no case changes verdict" in lines
    nobody = plain(await casework("policy", "simulate", "old", "--merchant", "m9"), policies)
    assert nobody[0].startswith("0 cases under old <old>, as of 20")
    assert nobody[1:] == ["no case changes verdict"]


async def test_a_clock_that_the_policy_does_not_have_is_shown_as_such(
    casework: Command, policies: Path
) -> None:
    lines = plain(await casework("policy", "simulate", "bare"), policies)
    [settlement] = [line.split() for line in lines if line.startswith("settlement")]
    assert settlement[1:] == ["2", "100.00", "%", "no", "clock", "-", "0", "0"]


async def test_other_holidays_alone_leave_each_case_its_policy(
    casework: Command, policies: Path, tmp_path: Path
) -> None:
    """Had Tuesday been a holiday, who applied on it in the morning would have been answered early enough."""
    folder = Path(shutil.copytree(CALENDARS, tmp_path / "calendars"))
    same = (await casework("policy", "simulate", "--calendars", str(folder), "--json")).json
    assert (same["under"]["policy"], same["changes"]) == (None, [])
    _declare(folder / "cn.json", "2026-11-03", "2026-11-06")
    found = (await casework("policy", "simulate", "--calendars", str(folder), "--json")).json
    assert [(each["case_id"], each["before"], each["after"]) for each in found["changes"]] == [
        ("return:m1:3", "breached", "met")
    ]
    lines = plain(await casework("policy", "simulate", "--calendars", str(folder)), policies)
    assert lines[0].startswith("4 cases under their own policies with the holidays cn@")


async def test_a_policy_and_holidays_go_together(casework: Command, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CALENDARS, tmp_path / "calendars"))
    _declare(folder / "cn.json", "2026-11-03")
    found = (await casework("policy", "simulate", "strict", "--calendars", str(folder), "--json")).json
    assert found["clocks"][0]["better"] == 1
    assert found["clocks"][0]["worse"] == 1


def _declare(path: Path, *holidays: str) -> None:
    """Publish days off, with the revision that the content then has."""
    snapshot = Snapshot.model_validate_json(path.read_bytes())
    days: dict[date, DayKind] = {**snapshot.days, **{date.fromisoformat(day): "holiday" for day in holidays}}
    revision = revision_of(snapshot.valid_from, snapshot.valid_through, days)
    path.write_text(snapshot.model_copy(update={"days": days, "revision": revision}).model_dump_json())


BAD_INPUTS: list[tuple[tuple[str, ...], str]] = [
    ((), "say under what: name a policy, --calendars, or both"),
    (("nope",), "unknown_policy: there is no policy nope"),
    (("a/b.yaml",), "unknown_policy: there is no policy file a/b.yaml"),
    (("old", "--since", "2026-11-01"), "2026-11-01: write a time with its offset"),
    (("old", "--as-of", "yesterday"), "yesterday: write a time with its offset"),
    (("old", "--kind", "riddle"), "kind: Input should be"),
    (("--calendars", "/nowhere"), "--calendars: /nowhere has no snapshots of holidays"),
]


@pytest.mark.parametrize(("words", "why"), BAD_INPUTS, ids=[" ".join(words) for words, _ in BAD_INPUTS])
async def test_bad_input_is_status_2_and_one_line(
    casework: Command, words: tuple[str, ...], why: str
) -> None:
    said = await casework("policy", "simulate", *words)
    assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
    assert why in said.err


async def test_a_policy_that_fails_its_check_names_the_line(casework: Command, policies: Path) -> None:
    path = policies / "strict.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(number for number, line in enumerate(lines) if "target: 3h" in line)
    lines[number] = lines[number].replace("3h", "3 hours")
    path.write_text("\n".join(lines), encoding="utf-8")
    said = await casework("policy", "simulate", str(path))
    assert (said.status, said.out) == (2, "")
    assert f"{path}:{number + 1}: metrics.return.review.targets.0.target" in said.err


async def test_without_a_store_it_says_what_to_do(casework: Command) -> None:
    env = {name: value for name, value in casework.env.items() if name != "CASEWORK_DATABASE_URL"}
    said = await Command(env)("policy", "simulate", "old")
    assert said.status == 2
    assert "not_ready: no database" in said.err

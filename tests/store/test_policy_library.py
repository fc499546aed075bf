"""The policy library: shipped files load, overlays stand in, a mistake is named with its file and line."""

import shutil
from datetime import datetime
from pathlib import Path

import pytest

from domain.errors import CaseworkError, InvalidRequest, UnknownCalendar, UnknownPolicy
from domain.sla import ReplayCase
from store.policy_library import PolicyLibrary

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SHIPPED = PolicyLibrary(DEPLOY / "policies", DEPLOY / "calendars")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policies, to be spoilt."""
    return Path(shutil.copytree(DEPLOY / "policies", tmp_path / "policies"))


def library(folder: Path) -> PolicyLibrary:
    return PolicyLibrary(folder, DEPLOY / "calendars")


def spoil(path: Path, old: str, new: str) -> int:
    """Replace the first line that has `old`; its number (from 1)."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    number = next(number for number, line in enumerate(lines) if old in line)
    lines[number] = lines[number].replace(old, new)
    path.write_text("".join(lines), encoding="utf-8")
    return number + 1


def complaint(folder: Path, name: str) -> str:
    with pytest.raises(CaseworkError) as caught:
        library(folder).load(name)
    return caught.value.message


@pytest.mark.parametrize("name", ["demo", "demo-surge", "standard", "standard-2025", "surge"])
def test_every_shipped_policy_loads_by_name_and_by_hash(name: str) -> None:
    policy = SHIPPED.load(name)
    assert policy.name == name
    assert set(policy.title) == {"zh-CN", "en"}
    assert SHIPPED.by_hash(policy.hash) is policy
    assert SHIPPED.by_hash(policy.short_hash) is policy


def test_the_folder_says_what_there_is() -> None:
    assert SHIPPED.names == ["demo", "demo-surge", "standard", "standard-2025", "surge"]
    assert {"cn", "gb"} <= set(SHIPPED.snapshots)


def test_an_overlay_has_the_rest_of_what_it_extends() -> None:
    standard, surge = SHIPPED.load("standard"), SHIPPED.load("surge")
    assert surge.notices == standard.notices
    assert surge.metrics["return"]["inspection"] == standard.metrics["return"]["inspection"]
    assert surge.metrics["return"]["settlement"].start == standard.metrics["return"]["settlement"].start
    assert surge.metrics["return"]["settlement"] != standard.metrics["return"]["settlement"]


@pytest.mark.parametrize(
    ("at", "name"),
    [
        ("2026-04-14T23:59:59+08:00", "standard-2025"),
        ("2026-04-15T00:00:00+08:00", "standard"),
        ("2026-11-10T23:59:59+08:00", "standard"),
        ("2026-11-10T16:00:00+00:00", "surge"),
        ("2026-11-25T23:59:59+08:00", "surge"),
        ("2026-11-26T00:00:00+08:00", "standard"),
    ],
)
def test_an_overlay_stands_in_while_it_is_in_force(at: str, name: str) -> None:
    """sop R9: Double 11 has its own policy for a while."""
    assert SHIPPED.in_force("standard", datetime.fromisoformat(at)).name == name
    assert SHIPPED.in_force("demo", datetime.fromisoformat(at)).name == "demo"


def overlay(folder: Path, name: str, since: str, until: str) -> Path:
    """Another overlay of the standard policy, in force on these days of November."""
    window = f'{{since: "2026-11-{since}T00:00:00+08:00", until: "2026-11-{until}T00:00:00+08:00"}}'
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\nextends: standard\nin_force: {window}\n", encoding="utf-8")
    return path


def test_overlays_one_after_the_other_stand_in_each_in_its_time(folder: Path) -> None:
    overlay(folder, "quiet", "26", "30")
    found = library(folder)
    names = [found.in_force("standard", datetime.fromisoformat(f"2026-11-{day}T12:00:00+08:00")).name
             for day in (10, 25, 26, 30)]  # fmt: skip
    assert names == ["standard", "surge", "quiet", "standard"]
    assert found.check_window("quiet").name == "quiet"


def test_two_overlays_in_force_at_one_moment_fail_the_check_with_the_line(folder: Path) -> None:
    path = overlay(folder, "quiet", "25", "30")
    (folder / "broken.yaml").write_text("name: [", encoding="utf-8")
    for name, other in (("quiet", "surge"), ("surge", "quiet")):
        with pytest.raises(InvalidRequest) as refused:
            library(folder).check_window(name)
        assert f"in_force: {other} stands in for standard at some of this time too" in refused.value.message
    with pytest.raises(InvalidRequest) as refused:
        library(folder).check_window(str(path))
    assert refused.value.message.startswith(f"{path}:3: in_force: ")


def test_a_draft_that_lies_on_an_overlay_is_not_in_force_by_that(folder: Path) -> None:
    (folder / "draft.yaml").write_text("name: draft\nextends: surge\n", encoding="utf-8")
    found = library(folder)
    assert found.load("draft").in_force is None
    assert found.load("draft").metrics == found.load("surge").metrics
    assert found.in_force("surge", datetime.fromisoformat("2026-11-12T12:00:00+08:00")).name == "surge"


def test_a_file_is_found_from_here_and_from_the_checkout(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert SHIPPED.load("standard.yaml").hash == SHIPPED.load("standard").hash
    assert SHIPPED.load("deploy/policies/standard.yaml") is SHIPPED.load("standard")
    assert SHIPPED.load(str(folder / "surge.yaml")).hash == SHIPPED.load("surge").hash


@pytest.mark.parametrize("name", ["nope", "deploy/policies/nope.yaml", ""])
def test_a_policy_that_is_not_there_is_unknown(name: str) -> None:
    with pytest.raises(UnknownPolicy, match="there is no policy"):
        SHIPPED.load(name)


@pytest.mark.parametrize("policy_hash", ["", "0" * 64])
def test_a_hash_that_nothing_has_is_unknown(policy_hash: str) -> None:
    with pytest.raises(UnknownPolicy, match="with the hash"):
        SHIPPED.by_hash(policy_hash)


# Given a file with this text replaced, then the complaint names the line, the place and why.
PLANTED = [
    (
        "privacy: privacy",
        "privacy: lawyers",
        'complaints.dispatch.teams.privacy: there is no team "lawyers"',
    ),
    ("days: 7", "days: 0", "returns.window.days: Input should be greater than or equal to 1"),
    (
        "[return.applied]",
        "[return.aplied]",
        "metrics.return.review.start.0: no case records an event return.aplied",
    ),
    ("calendar: desk", "calendar: dsk", 'metrics.return.review.calendar: there is no calendar "dsk"'),
    (
        "{after: 2h, tell: [lead], reassign: team}",
        "{after: 2h, tell: [boss]}",
        "metrics.return.review.ladder.2.tell: say who is told",
    ),
    (
        "confirm_within: 7 days",
        "confirm_with: 7 days",
        "returns.confirm_with: Extra inputs are not permitted (and 1 more)",
    ),
    (
        "failed_goods: send_back",
        "failed_goods: burn",
        "returns.failed_goods: Input should be 'send_back' or 'keep'",
    ),
    (
        "{after: 2h, tell: [lead], reassign: team}",
        "{at: 75%, tell: [lead]}",
        'metrics.return.review.ladder.2: rung "75%" is there twice',
    ),
    ('week: {all: ["00:00-24:00"]}', "week: {all: []}", "calendars.always.week: no day of it has a shift"),
    ("roll: nonworking", "days: 8", "days is there twice"),
    (
        "timezone: Asia/Shanghai",
        "timezone: Asia/Peking",
        'calendars.desk.timezone: "Asia/Peking" is no time zone',
    ),
    ("holidays: cn", "holidays: mars", 'calendars.desk.holidays: there is no snapshot "mars"'),
    ('quiet_hours: {start: "22:00", end:', 'quiet_hours: {start: "22:00" end:', "expected ',' or '}'"),
    ("poll_max: 1h", "poll_max: [1h", "expected ',' or ']'"),
    ("name: standard", "name: other", "name: other must be called as its file, standard"),
]


@pytest.mark.parametrize(("old", "new", "why"), PLANTED)
def test_a_planted_mistake_is_named_with_its_line(folder: Path, old: str, new: str, why: str) -> None:
    path = folder / "standard.yaml"
    line = spoil(path, old, new)
    said = complaint(folder, "standard")
    assert why in said
    near = {line, line + 1} if "expected" in why else {line}
    assert any(said.startswith(f"{path}:{number}: ") for number in near), said


def test_what_is_missing_is_named_where_it_is_missing_from(folder: Path) -> None:
    path = folder / "standard.yaml"
    spoil(path, "  confirm_within: 7 days # ours\n", "")
    line = path.read_text(encoding="utf-8").splitlines().index("returns:") + 1
    assert complaint(folder, "standard") == f"{path}:{line}: returns.confirm_within: Field required"


def test_a_mistake_of_the_base_is_named_in_the_base(folder: Path) -> None:
    line = spoil(folder / "standard.yaml", "days: 7", "days: 0")
    assert complaint(folder, "surge").startswith(f"{folder / 'standard.yaml'}:{line}: returns.window.days")


def test_a_mistake_of_the_overlay_is_named_in_the_overlay(folder: Path) -> None:
    line = spoil(folder / "surge.yaml", "target: 36h", "target: 36 hours")
    said = complaint(folder, "surge")
    assert said.startswith(f"{folder / 'surge.yaml'}:{line}: metrics.return.resolution.targets.1.target")


def test_an_overlay_needs_something_to_lie_on(folder: Path) -> None:
    line = spoil(folder / "surge.yaml", "extends: standard", "extends: nothing")
    said = complaint(folder, "surge")
    assert said == f"{folder / 'surge.yaml'}:{line}: extends: there is no policy nothing"


def test_policies_may_not_extend_each_other_in_a_circle(folder: Path) -> None:
    line = spoil(folder / "standard.yaml", "name: standard", "name: standard\nextends: surge")
    assert complaint(folder, "surge").startswith(
        f"{folder / 'standard.yaml'}:{line + 1}: extends: surge extends itself"
    )


BROKEN_FILES = [
    (b"- a list", ":1: the file must be a mapping"),
    (b"", ":1: the file must be a mapping"),
    (b"name: \xff", ": 'utf-8' codec can't decode"),
    (b"name: \x00", ": unacceptable character"),
    (b"name: [\n", ":2: expected the node content"),
    (b"notices:\n  - {kind: a, kind: b}\n", ":2: kind is there twice"),
]


@pytest.mark.parametrize(("content", "why"), BROKEN_FILES)
def test_a_file_that_is_no_policy_says_why(folder: Path, content: bytes, why: str) -> None:
    path = folder / "broken.yaml"
    path.write_bytes(content)
    assert f"{path}{why}" in complaint(folder, "broken")


def test_plain_values_stay_what_they_look_like(folder: Path) -> None:
    """YAML 1.1 would read 22:00 as 1320 seconds and `no` as false."""
    spoil(folder / "standard.yaml", '{start: "22:00", end: "08:00"}', "{start: 22:00, end: 08:00}")
    quiet = library(folder).load("standard").notices.quiet_hours
    assert quiet is not None
    assert (quiet.start.hour, quiet.end.hour) == (22, 8)
    line = spoil(folder / "standard.yaml", "within_window: true", "within_window: 2026-10-01")
    assert complaint(folder, "standard").startswith(f"{folder / 'standard.yaml'}:{line}: ")


def test_holidays_need_the_shifts_of_their_makeup_days(folder: Path) -> None:
    path = folder / "standard.yaml"
    spoil(path, '    makeup: ["09:00-18:00"]\n', "")
    with pytest.raises(InvalidRequest, match=r"standard\.yaml:\d+: calendars\.desk\.makeup: the holidays"):
        library(folder).load("standard")


def test_a_broken_snapshot_is_named(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "cn.json").write_text('{"name": "cn"}', encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"cn\.json: source: Field required \(and \d+ more\)"):
        _ = PolicyLibrary(folder, tmp_path).snapshots


def test_a_policy_whose_holidays_are_not_shipped_does_not_load(tmp_path: Path) -> None:
    with pytest.raises(UnknownCalendar, match=r"standard\.yaml:\d+: calendars\.desk\.holidays: there is no"):
        PolicyLibrary(DEPLOY / "policies", tmp_path).load("standard")


def test_clocks_for_a_replay_take_the_case_from_the_file() -> None:
    at = datetime.fromisoformat("2026-11-20T10:00:00+08:00")
    spec = SHIPPED.clocks("standard", ReplayCase(kind="return", tier="key"), at)
    assert spec.metrics[0].target == "2h"
    with pytest.raises(InvalidRequest, match=r"case\.tier: Input should be 'ordinary', 'potential' or 'key'"):
        SHIPPED.clocks("standard", ReplayCase(kind="return", tier="vip"), at)


def test_a_library_is_read_anew_once_a_file_has_changed(folder: Path) -> None:
    old = library(folder)
    assert old.renewed() is old
    before = old.load("standard")
    spoil(folder / "standard.yaml", "target: 4h", "target: 40h")
    new = old.renewed()
    assert new.load("standard").hash != before.hash
    assert old.load("standard") is before
    assert new.renewed() is new

"""The parcels that the bench replays."""

import json

import pytest

from bench.parcels import SCANS_MAX, main, make_file, measure
from domain.parcels import WATCHED_KINDS, WatchReplay, replay_watch


def test_a_seed_always_gives_the_same_parcels_and_another_seed_others() -> None:
    assert make_file(50, seed=1) == make_file(50, seed=1)
    assert make_file(50, seed=1) != make_file(50, seed=2)


def test_they_are_as_many_scans_as_the_contract_speaks_of_in_no_order_some_twice() -> None:
    scans = [shipment["scans"] for shipment in make_file(300)["shipments"]]
    assert {len(made) for made in scans} == set(range(1, SCANS_MAX + 1))
    assert any(made != sorted(made, key=lambda scan: scan["at"]) for made in scans)
    assert any(made.count(scan) > 1 for made in scans for scan in made)


def test_most_kinds_of_exception_happen_to_them() -> None:
    answer = replay_watch(WatchReplay.model_validate(make_file(300)))
    found = {row.kind for shipment in answer.shipments for row in shipment.exceptions}
    assert set(WATCHED_KINDS) - found <= {"not_picked_up", "wrong_delivery", "returning"}


def test_a_round_measures_whole_processes_that_both_end_well() -> None:
    found = measure(shipments=20, rounds=1)
    assert found.name == "20 parcels replayed ÷ read"
    assert found.ours_per_second > 0
    assert found.peer_per_second > 0


def test_the_file_can_be_had_without_measuring(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--file", "--shipments", "3"]) == 0
    assert json.loads(capsys.readouterr().out) == make_file(3)

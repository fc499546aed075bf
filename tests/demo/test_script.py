"""What is made up of the day: always the same, and every way that a return can go is in it."""

from collections import Counter
from typing import get_args

from demo.day import read_returns
from demo.people import Play, found
from demo.rhythm import OPENED_WITHIN_SECONDS, Rhythm
from demo.script import OUT_OF_STOCK, TABLE, WORDS, Turn, application, contact_of, refusal, script_of
from demo.setting import plays

PLAYS = plays(window_days=7)
BY_ID = {play.asked.return_id: play for play in PLAYS}


def test_the_table_names_returns_of_the_day_and_every_turn() -> None:
    assert TABLE.keys() <= {booked.return_id for booked in read_returns()}
    assert {play.script.turn for play in PLAYS} == set(get_args(Turn))


def test_the_same_return_gets_the_same_script() -> None:
    """Two figures of it are written out, so that a change of the draw is noticed."""
    script = script_of("C575651")
    assert script == script_of("C575651")
    assert (script.channel, script.agent_is, script.kind) == ("phone", "slow", "exchange")


def test_agents_are_prompt_slow_and_late_and_customers_of_both_languages() -> None:
    reviewed = Counter(play.script.agent_is for play in PLAYS if play.script.reason != "no_reason")
    assert min(reviewed["prompt"], reviewed["slow"], reviewed["late"]) >= 2
    assert {play.script.language for play in PLAYS} == {"en", "zh-CN"}
    assert {play.script.inspector_is_late for play in PLAYS} == {True, False}


def test_agents_refuse_corrections_and_old_faults_in_the_customers_language() -> None:
    reasons = {name: refusal(play.asked, play.order) for name, play in BY_ID.items()}
    assert (reasons["C575606"], reasons["C575635"]) == ("correction", "correction")
    assert reasons["C575565"] == "too_old"
    assert reasons["C575664"] is None
    assert all(set(words) == {"en", "zh-CN"} for words in WORDS.values())


def test_an_application_asks_for_what_the_books_say() -> None:
    play = BY_ID["C575592"]
    asked = application(play.asked, play.order, play.script)
    assert (asked.order_id, asked.request.lines[0].quantity) == (play.order.order_id, 20)
    assert BY_ID["C575667"].script.condition == "used"


def test_an_inspection_accounts_for_every_unit() -> None:
    def counted(play: Play) -> tuple[int, int]:
        line = found(play)
        return line.passed + line.failed + line.short + line.wrong_item, play.asked.quantity

    assert all(counts == quantity for counts, quantity in map(counted, PLAYS))
    assert (found(BY_ID["C575592"]).failed, found(BY_ID["C575641"]).short) == (3, 2)


def test_an_empty_shelf_is_not_shared_by_two_returns() -> None:
    """An order whose replacement is out of stock is the order of one return only."""
    empty = [play.order.order_id for play in PLAYS if play.script.turn in OUT_OF_STOCK]
    assert len(empty) == len(set(empty)) == 3


def test_contacts_are_nobodys() -> None:
    contact = contact_of("12473", "en")
    assert contact.email == "12473@customers.example"
    assert (contact.phone or "").startswith("+447700900")


def test_the_day_keeps_its_rhythm() -> None:
    rhythm = Rhythm.of([play.asked.requested_at for play in PLAYS])
    begun = [rhythm.seconds(play.asked.requested_at) for play in PLAYS]
    assert (begun[0], begun[-1]) == (0, OPENED_WITHIN_SECONDS)
    assert begun == sorted(begun)

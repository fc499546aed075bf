"""How sentences for events are registered and found."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from domain.cases.events import CaseEvent, RefundStartedFact
from starters.moments import moment
from starters.money import money

E = TypeVar("E", bound=CaseEvent)
WORDS: dict[type[CaseEvent], Callable[[Any, str], str]] = {}
"""Payload class to what makes its sentence, times in a zone."""


def on(event: type[E]) -> Callable[[Callable[[E, str], str]], Callable[[E, str], str]]:
    """Decorates the words of an event."""

    def register(words: Callable[[E, str], str]) -> Callable[[E, str], str]:
        WORDS[event] = words
        return words

    return register


def plain(event: type[CaseEvent], words: str) -> None:
    """Words that say the same of every such event."""
    WORDS[event] = lambda _event, _zone: words


def until(at: datetime, zone: str) -> str:
    """A moment in the zone."""
    return moment(at, zone)


def amount_by_way(event: RefundStartedFact) -> str:
    """How much, and which way it goes where that is another one than it was paid, by whose word."""
    amount = money(event.amount_minor, event.currency)
    way = "" if event.way == "original" else f" as a {event.way} (the customer agreed: {event.customer_says})"
    return f"{amount}{way}"

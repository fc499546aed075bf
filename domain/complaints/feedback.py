"""The written answer to a complaint: measures, reasons, improvement plan, made from facts (sop C13)."""

import hashlib
from collections.abc import Iterator

from domain.complaints.events import Answered
from domain.complaints.feedback_words import WORDS, Words
from domain.complaints.record import Measure
from domain.complaints.state import ComplaintState
from domain.currencies import as_major
from domain.orders import Language


def answered(state: ComplaintState) -> Answered:
    """The written answer as a fact, in the customer's language; the hash proves later what was written."""
    text = written_answer(state, state.language)
    return Answered(text=text, sha256=hashlib.sha256(text.encode()).hexdigest())


def written_answer(state: ComplaintState, language: Language) -> str:
    """The document in Markdown. What people wrote stays in the language in which they wrote it."""
    words = WORDS[language]
    parts = [f"# {words.title.format(number=state.number)}", _about(state, words)]
    if state.rejection is not None:
        parts += [f"## {words.not_valid}", state.rejection, words.another_look]
    else:
        parts += [*_findings(state, words), *_measures(state, words), *_plan(state, words)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(state: ComplaintState, words: Words) -> str:
    assert state.opened_at is not None
    return words.about.format(
        order=words.of_order.format(order_id=state.order.order_id) if state.order else "",
        category=words.categories[state.category or "other_service"],
        day=f"{state.opened_at:%Y-%m-%d}",
    )


def _findings(state: ComplaintState, words: Words) -> Iterator[str]:
    if state.finding is None:
        return
    yield f"## {words.findings}"
    yield state.finding.words
    yield words.responsible.format(party=words.parties[state.finding.party])


def _measures(state: ComplaintState, words: Words) -> Iterator[str]:
    measures = [measure for measure in state.counted_measures if measure.kind != "improvement"]
    if measures:
        yield f"## {words.measures}"
        yield "\n".join(f"- {_measure(state, measure, words)}" for measure in measures)
    if state.reasons is not None:
        yield f"## {words.reasons}"
        yield state.reasons


def _measure(state: ComplaintState, measure: Measure, words: Words) -> str:
    said = words.kinds[measure.kind]
    if measure.is_money and measure.amount_minor is not None:
        currency = state.bought.currency
        said = words.as_voucher.format(kind=said) if measure.way == "voucher" else said
        return f"{said}: {as_major(measure.amount_minor, currency)} {currency}"
    if measure.opens:
        return f"{said}: {state.linked_case_id(measure).rpartition(':')[2]}"
    return said


def _plan(state: ComplaintState, words: Words) -> Iterator[str]:
    plan = [measure.improvement for measure in state.counted_measures if measure.improvement]
    if not plan:
        return
    yield f"## {words.plan}"
    yield "\n".join(
        f"- {each.action}"
        + (f" ({words.until.format(day=f'{each.due_at:%Y-%m-%d}')})" if each.due_at else "")
        for each in plan
    )

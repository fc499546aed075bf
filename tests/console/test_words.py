"""Both languages are complete, say the same places, and no page has words of its own."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from console.languages import LANGUAGES, negotiated
from console.words import FOLDER, Entry, Words, words_of
from domain.orders import Language
from starters.settings import CHECKOUT

CONSOLE = CHECKOUT / "console"
TEMPLATES = sorted((CONSOLE / "templates").glob("**/*.html"))
HAN = re.compile(r"[\u4e00-\u9fff]")
OWN_NAMES = {"中文", "EN", "Casework", "Ctrl K", "Esc", "g"}
"""How a language calls itself, what keys are called, and our own name."""
READ_OUT = re.compile(r'(?:title|aria-label|placeholder|alt)="([^"{}]*)"')


def forms(entry: Entry) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_have_the_same_words() -> None:
    chinese, english = (words_of(language).entries for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    assert english


@pytest.mark.parametrize("key", sorted(words_of("en").entries))
def test_a_text_has_the_same_places_in_both(key: str) -> None:
    chinese, english = (words_of(language).entries[key] for language in LANGUAGES)
    told = {frozenset(places(form)) for entry in (chinese, english) for form in forms(entry)}
    # The number itself may be left out where the word says it: "a case", "2 cases".
    assert len({each - {"n"} for each in told}) == 1
    assert all(form.strip() for entry in (chinese, english) for form in forms(entry))


def test_english_has_no_chinese_but_the_offer_to_read_it() -> None:
    found = {k for k, entry in words_of("en").entries.items() for form in forms(entry) if HAN.search(form)}
    assert found == {"palette.language"}


def test_chinese_is_written_in_chinese() -> None:
    found = {k for k, e in words_of("zh-CN").entries.items() for form in forms(e) if not HAN.search(form)}
    assert found <= {"palette.language"}


def texts(template: Path) -> Iterator[str]:
    """What stands in a template beside tags, comments and expressions."""
    text = template.read_text(encoding="utf-8")
    for hidden in (r"\{#.*?#\}", r"\{%.*?%\}", r"\{\{.*?\}\}"):
        text = re.sub(hidden, "", text, flags=re.DOTALL)
    yield from READ_OUT.findall(text)
    yield from re.split(r"<[^>]*>|&\w+;", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_has_words_of_its_own(template: Path) -> None:
    found = [text.strip() for text in texts(template) if re.search(r"[A-Za-z]|[\u4e00-\u9fff]", text)]
    assert [text for text in found if text.strip(" ·") not in OWN_NAMES] == []


def keys_named(text: str) -> set[str]:
    return set(re.findall(r"""\bt\(["']([a-z_.]+)["']\s*[,)]""", text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_a_template_is_sound_and_its_words_are_there(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    jinja2.Environment(autoescape=True).parse(text)
    assert keys_named(text) <= words_of("en").entries.keys()


def test_no_program_text_has_words_of_its_own() -> None:
    sources = [path for path in CONSOLE.glob("**/*.py") if HAN.search(path.read_text(encoding="utf-8"))]
    assert {path.name for path in sources} <= {"formats.py"}
    scripts = list((CONSOLE / "static" / "js").glob("*.js"))
    assert [path.name for path in scripts if HAN.search(path.read_text(encoding="utf-8"))] == []


def test_every_topic_is_a_file_in_both() -> None:
    chinese, english = ({path.name for path in (FOLDER / language).iterdir()} for language in LANGUAGES)
    assert chinese == english


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "zh-CN"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("zh-TW", "zh-CN"),
        ("de-DE,de;q=0.9", "zh-CN"),
        ("de,en;q=0.3", "en"),
        ("en;q=0, zh-CN;q=0.1", "zh-CN"),
        ("en;q=x, zh;q=0.1", "zh-CN"),
        ("en;q=0", "zh-CN"),
    ],
)
def test_the_browsers_languages_are_asked_for_in_their_order(accepted: str, language: Language) -> None:
    assert negotiated(accepted) == language


def test_one_and_several_are_told_apart() -> None:
    words = Words("en", {"a.b": {"one": "{n} day", "other": "{n} days"}})
    assert [words("a.b", n=1), words("a.b", n=2)] == ["1 day", "2 days"]


def test_a_value_that_has_no_word_is_shown_as_it_is() -> None:
    words = Words("en", {"tiers.key": "key customer"})
    assert [words.name("tiers", each) for each in ("key", "made_up", None)] == [
        "key customer",
        "made up",
        "—",
    ]

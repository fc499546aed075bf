"""Takes e-mail addresses and phone numbers out of free text: a case library needs no contacts (sop K2).

Where a number could be either, a phone number or an order's, it is masked: the order has a field of its own.
"""

import re

from domain.library.cutting import fold

EMAIL = "[email]"
PHONE = "[phone]"

_GAP = r"[ \-.]?"
_CONTACTS = re.compile(
    rf"""
    (?P<email> (?<! [a-z0-9._%+'-] ) [a-z0-9._%+'-]++ @ [a-z0-9-]+ (?: \. [a-z0-9-]+ )+ )
    | (?<!\d) (?: \+? 86 {_GAP} )? 1 [3-9] \d {_GAP} \d{{4}} {_GAP} \d{{4}} (?!\d)     # a mobile in China
    | (?<!\d) \(? 0 \d{{2,3}} \)? {_GAP} \d{{3,4}} {_GAP} \d{{4}} (?!\d)              # a landline there
    | (?<!\d) (?: \+ | 00 ) [1-9] (?: [ \-.()]{{0,2}} \d ){{7,14}} (?!\d)           # abroad, with its country
    | (?<![\w-]) \(? 0 \d{{2,4}} \)? [ -] (?: \d{{3,4}} [ -] \d{{3,4}} | \d{{6}} ) (?!\d)  # abroad, in groups
    """,
    re.VERBOSE,
)


def mask_contacts(text: str) -> str:
    """The text with `[email]` and `[phone]` in place of contacts, however wide their characters are."""
    folded = fold(text)
    kept: list[str] = []
    done = 0
    for contact in _CONTACTS.finditer(folded.text):
        kept += [text[done : folded.starts[contact.start()]], EMAIL if contact["email"] else PHONE]
        done = folded.ends[contact.end() - 1]
    return "".join([*kept, text[done:]])

"""The case library: what is kept of a closed case, how it is searched and shown. Pure (sop C14)."""

from domain.library.entry import EntryIndex, LibraryEntry, Placed, index_of, telling_lexemes
from domain.library.masking import mask_contacts
from domain.library.query import Phrase, SearchQuery, parse_query
from domain.library.snippets import Snippet, make_snippet

__all__ = [
    "EntryIndex",
    "LibraryEntry",
    "Phrase",
    "Placed",
    "SearchQuery",
    "Snippet",
    "index_of",
    "make_snippet",
    "mask_contacts",
    "parse_query",
    "telling_lexemes",
]

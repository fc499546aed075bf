"""Each carrier's scan codes in the carrier-neutral vocabulary: a versioned table per carrier, as data."""

from functools import cache
from pathlib import Path

from domain.base import Model
from domain.parcels import ParcelStatus

FOLDER = Path(__file__).parent


class CodeTable(Model):
    """A carrier's codes as (status, reason). `general` sub-codes say no more than their main code."""

    carrier: str
    version: str
    source: str
    codes: dict[str, tuple[ParcelStatus, str | None]]
    general: frozenset[str]

    def translate(self, code: str) -> tuple[ParcelStatus, str | None]:
        """Our status and reason. What is new to the table keeps the raw code as its reason.

        A new sub-code has the status of its main code (`Delivered_099` is delivered); a wholly new code is
        an `exception`, so that a person looks at it.
        """
        if code in self.codes:
            return self.codes[code]
        main = code.split("_")[0]
        if main not in self.codes:
            return "exception", code
        status, reason = self.codes[main]
        return status, reason if code in self.general else code


@cache
def code_table(carrier: str) -> CodeTable:
    """The table that ships for the carrier; read once."""
    return CodeTable.model_validate_json((FOLDER / f"{carrier}.json").read_text(encoding="utf-8"))

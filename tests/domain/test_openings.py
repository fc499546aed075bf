"""What a message that opens a case says of itself in lists and on its page in Temporal."""

from typing import ClassVar

from domain.base import Slug
from domain.cases.messages import OpenCase
from domain.records import CaseKind
from domain.returns.messages import OpenReturn
from tests.domain.returns.given import application


class OpenAudit(OpenCase):
    """Of a kind that says no more of itself than it must."""

    kind: ClassVar[CaseKind] = "complaint"
    content_field: ClassVar[str] = "audit"
    audit: Slug | None = None


def test_a_kind_has_the_same_line_as_its_page_if_it_says_no_more() -> None:
    opening = OpenAudit(merchant="m1", number="A-1", audit="stock")
    assert opening.page() == opening.headline() == "Complaint A-1 of m1"
    assert (opening.priority, opening.channel) == (None, None)


def test_a_returns_page_has_its_lines_and_no_goods() -> None:
    asked = application(("1", 2, "quality"), ("2", 1, "no_reason"), priority="P1")
    opening = OpenReturn(merchant="m1", number="17", application=asked)
    assert opening.page().splitlines() == [
        "Order SO-1, priority P1, by app, policy standard",
        "",
        "- line 1: 2 × quality",
        "- line 2: 1 × no_reason",
    ]

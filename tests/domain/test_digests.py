"""A digest tells content apart, and only content."""

from domain.base import Model
from domain.digests import digest
from domain.returns.messages import Cancel, Confirm, Ship


def test_saying_a_default_aloud_changes_nothing():
    assert digest(Ship(carrier="swift", tracking_no="SW1234", freight_paid_minor=0)) == digest(
        Ship(carrier="swift", tracking_no="SW1234")
    )


def test_other_content_and_other_kinds_of_request_differ():
    found = [Confirm(), Cancel(), Confirm(by="agent"), Ship(carrier="swift", tracking_no="SW1234")]
    assert len({digest(request) for request in found}) == len(found)


def test_a_field_that_a_later_version_adds_changes_no_old_digest():
    def version(fields: dict[str, object]) -> Model:
        return type("Request", (Model,), {"__annotations__": dict.fromkeys(fields, int), **fields})()

    assert digest(version({"quantity": 1})) == digest(version({"quantity": 1, "added_later": 0}))

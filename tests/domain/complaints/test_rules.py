"""What a policy must say about complaints."""

import json
from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import InvalidRequest
from domain.policy import CaseProfile, ComplaintTerms, Policy
from domain.policy.packed import pack
from tests.domain.complaints.given import LIBRARY, OPENED_AT

STANDARD = LIBRARY.load("standard")


def spoilt(*path: str, **replaced: Any) -> dict[str, Any]:
    """The standard policy with entries of a place replaced, or taken away by None."""
    content = deepcopy(STANDARD.model_dump(mode="json", exclude_defaults=True))
    place: Any = content
    for part in path:
        place = place[part]
    place |= replaced
    for name in [name for name, value in replaced.items() if value is None]:
        del place[name]
    return content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (spoilt("complaints", "grading", "matrix", minor=None), "minor.immediate is missing"),
        (spoilt("complaints", "grading", "matrix", "major", soon=None), "major.soon is missing"),
        (spoilt("complaints", "dispatch", "teams", privacy=None), "privacy is missing"),
        (spoilt("complaints", "dispatch", "teams", privacy="lawyers"), 'there is no team "lawyers"'),
    ],
)
def test_a_policy_grades_and_dispatches_everything_to_teams_that_there_are(
    content: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        Policy.model_validate(content)


def test_without_a_list_of_teams_any_name_will_do() -> None:
    content = spoilt("complaints", "dispatch", "teams", privacy="lawyers") | {"teams": ()}
    assert Policy.model_validate(content).teams == ()


def test_a_policy_without_rules_for_complaints_takes_none() -> None:
    content = {name: rules for name, rules in STANDARD if name != "complaints"}
    policy = Policy.model_validate(content)
    with pytest.raises(InvalidRequest, match="has no section complaints"):
        policy.pin(ComplaintTerms, CaseProfile(kind="complaint"), OPENED_AT, LIBRARY.snapshots)


def test_a_complaint_carries_the_calendars_of_every_target_that_it_may_get() -> None:
    profile = CaseProfile(kind="complaint", category="product_quality")
    pinned = LIBRARY.load("surge").pin(ComplaintTerms, profile, OPENED_AT, LIBRARY.snapshots)
    assert set(pinned.clocks.calendars) == {"desk", "always"}
    assert pinned.clocks_of(profile) == pinned.clocks
    stored = json.loads(json.dumps(pinned.model_dump(mode="json"), sort_keys=True))
    assert ComplaintTerms.model_validate(stored) == pinned
    names = [metric.name for metric in ComplaintTerms.model_validate(stored).clocks_of(profile).metrics]
    assert names == [metric.name for metric in pinned.clocks.metrics]
    assert len(pack(pinned)) < 3000

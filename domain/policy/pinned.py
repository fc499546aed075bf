"""What a case carries of its policy: as it was at the opening, small enough for a workflow's history."""

from datetime import timedelta
from typing import Any

from pydantic import SerializationInfo, model_serializer

from domain.base import Model
from domain.notice_rules import NoticeRules
from domain.policy.return_rules import ReturnRules
from domain.policy.work_rules import LookupRules, RefundRules
from domain.sla import ClockSpec

# A case's calendars are cut to what it can live through; a deadline beyond is shown as provisional.
# The days before are for the window to apply in, which began at receipt.
CARRIED_BEFORE = timedelta(days=30)
CARRIED_AFTER = timedelta(days=200)


class PinnedPolicy(Model):
    """A policy's excerpt for one case: its clocks with their targets, calendars cut to a window, rules.

    The whole policy is stored under `policy_hash`. `calendar_revision` names the published holidays that the
    calendars were made from. JSON leaves out whatever is at its default.
    """

    policy: str
    policy_hash: str
    calendar_revision: str
    clocks: ClockSpec
    returns: ReturnRules
    notices: NoticeRules
    lookups: LookupRules
    refunds: RefundRules

    @model_serializer
    def _compact(self, info: SerializationInfo) -> dict[str, Any]:
        return {
            name: value.model_dump(mode=info.mode, exclude_defaults=True)
            if isinstance(value, Model)
            else value
            for name, value in self
        }

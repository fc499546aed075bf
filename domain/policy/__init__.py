"""Policies: every figure of the desk, validated, versioned by content, pinned to cases."""

from domain.policy.clock_rules import CaseProfile, ClockRules
from domain.policy.complaint_rules import ComplaintRules
from domain.policy.pinned import ComplaintTerms, GradedTerms, PinnedPolicy, ReturnTerms
from domain.policy.policy import InForce, Policy
from domain.policy.return_rules import ReturnRules
from domain.policy.work_rules import LookupRules, RefundRules

__all__ = [
    "CaseProfile",
    "ClockRules",
    "ComplaintRules",
    "ComplaintTerms",
    "GradedTerms",
    "InForce",
    "LookupRules",
    "PinnedPolicy",
    "Policy",
    "RefundRules",
    "ReturnRules",
    "ReturnTerms",
]

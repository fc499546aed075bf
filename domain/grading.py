"""The words in which a complaint is classified and graded (sop C3, C4), for policies and cases alike."""

from typing import Literal, get_args

ComplaintCategory = Literal[
    "product_quality",
    "logistics",
    "payment",
    "returns",
    "privacy",
    "platform_rules",
    "staff_attitude",
    "other_service",
]
CATEGORIES: tuple[ComplaintCategory, ...] = get_args(ComplaintCategory)

Severity = Literal["critical", "major", "minor"]
"""Critical: safety, the law, the press. Major: money or a broken promise. Minor: inconvenience."""
SEVERITIES: tuple[Severity, ...] = get_args(Severity)

Urgency = Literal["immediate", "soon", "normal"]
"""How fast it gets worse while nobody acts."""
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)

Source = Literal["customer", "regulator"]
"""Who complains: the customer, or an authority on the customer's behalf."""

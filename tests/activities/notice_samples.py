"""A notice of every kind: with the facts that it needs, and with all that it can have."""

from datetime import datetime

from domain.notice_kinds import FACTS, STAFF_NOTICES, NoticeFacts, NoticeKind
from domain.notices import Notice, notice_id
from domain.orders import Language
from providers.ports import Contact

NUMBER = "R-20261111-0913"
FULL: dict[str, object] = {
    "order_id": "SO-20261111-0913",
    "until": datetime.fromisoformat("2026-12-25T18:00:00+08:00"),
    "amount_minor": 129900,
    "currency": "CNY",
    "code": "accessories_missing",
    "reason": "The lid & the spoon are missing.",
    "question": "Could you send us a photo of the <base>?",
    "text": "# Our answer\n\nThe box was too thin.\n\n## What we have done\n\n- Refund: 12.00 CNY",
    "freight_payer": "platform",
    "return_address": "Returns, Dock 4, Harbour Road 12",
    "carrier": "harbour",
    "tracking_no": "HB2026112000042",
    "label_url": "https://labels.example/HB2026112000042?copy=1&size=a6",
    "disposition": "send_back",
    "no_answer_means": "refund",
    "exchange_order_id": "SO-20261125-0007",
    "exchange_units": 2,
    "rejected_units": 1,
    "short_units": 1,
    "refused_units": 2,
    "recommend": "repair",
    "refunded": True,
    "outcome": "refunded_and_exchanged",
    "reported_by": "watch",
    "remedies": ["redeliver", "refund"],
    "remedy": "refund",
    "severity": "major",
    "recurs": "category logistics, carrier swift",
    "arrived": True,
    "as_voucher": True,
    "metric": "inspection",
    "rung": "75%",
    "stage": "inspection",
}

ALICE = Contact(
    name="A. <b>",
    language="en",
    timezone="Asia/Shanghai",
    email="a@example.test",
    phone="+8613800000000",
    push_token="token-a",
)


def sample(kind: NoticeKind, language: Language, *, full: bool = True, **facts: object) -> Notice:
    """A notice of the kind; `facts` replace those of the samples."""
    names = FACTS[kind].needs.union(FACTS[kind].may_have if full else ())
    is_for_staff = kind in STAFF_NOTICES
    case_id = f"{'complaint' if kind.startswith('complaint_') else 'return'}:m1:{NUMBER}"
    return Notice(
        notice_id=notice_id(case_id, kind, 4),
        case_id=case_id,
        merchant="m1",
        customer_id=None if is_for_staff else "c1",
        role="lead" if is_for_staff else None,
        kind=kind,
        language=language,
        facts=NoticeFacts.model_validate({name: FULL[name] for name in names} | facts),
        channels=("email", "sms", "push"),
    )

"""The words of the written answer, in the languages of customers."""

from collections.abc import Mapping
from typing import NamedTuple

from domain.complaints.record import MeasureKind, ResponsibleParty
from domain.grading import ComplaintCategory
from domain.orders import Language


class Words(NamedTuple):
    """Sentences and headings of one language."""

    title: str
    about: str
    of_order: str
    findings: str
    responsible: str
    measures: str
    reasons: str
    plan: str
    until: str
    not_valid: str
    another_look: str
    categories: Mapping[ComplaintCategory, str]
    parties: Mapping[ResponsibleParty, str]
    kinds: Mapping[MeasureKind, str]
    as_voucher: str


ENGLISH = Words(
    title="Our answer to complaint {number}",
    about="Received on {day}{order}, about {category}.",
    of_order=" for order {order_id}",
    findings="What we found",
    responsible="Responsible: {party}.",
    measures="What we have done",
    reasons="Why",
    plan="What we will improve",
    until="by {day}",
    not_valid="Why we cannot accept the complaint",
    another_look="If you see it otherwise, tell us why, and we will look at it again.",
    categories={
        "product_quality": "the quality of the goods",
        "logistics": "the delivery",
        "payment": "the payment",
        "returns": "a return",
        "privacy": "your personal data",
        "platform_rules": "our rules",
        "staff_attitude": "how you were treated",
        "other_service": "our service",
    },
    parties={
        "merchant": "the seller",
        "carrier": "the carrier",
        "platform": "we ourselves",
        "staff": "our staff",
        "customer": "the way the goods were used",
        "third_party": "somebody else",
        "nobody": "nobody",
    },
    kinds={
        "refund": "Refund",
        "compensation": "Compensation",
        "voucher": "Voucher",
        "return": "Return, number",
        "exchange": "Exchange, number",
        "apology": "We apologise",
        "improvement": "Improvement",
    },
    as_voucher="{kind}, as a voucher",
)

CHINESE = Words(
    title="关于投诉 {number} 的书面答复",
    about="投诉受理日期：{day}{order}；投诉类别：{category}。",
    of_order="；订单：{order_id}",
    findings="调查结果",
    responsible="责任方：{party}。",
    measures="处理措施",
    reasons="处理理由",
    plan="改进计划",
    until="完成期限：{day}",
    not_valid="投诉不成立的原因",
    another_look="如果您有不同意见，请告诉我们原因，我们会重新评估。",
    categories={
        "product_quality": "商品质量",
        "logistics": "物流配送",
        "payment": "支付",
        "returns": "退换货",
        "privacy": "隐私保护",
        "platform_rules": "平台规则",
        "staff_attitude": "服务态度",
        "other_service": "其他服务",
    },
    parties={
        "merchant": "商家",
        "carrier": "快递公司",
        "platform": "平台",
        "staff": "客服人员",
        "customer": "使用方式",
        "third_party": "第三方",
        "nobody": "无责任方",
    },
    kinds={
        "refund": "退款",
        "compensation": "补偿",
        "voucher": "优惠券",
        "return": "退货，编号",
        "exchange": "换货，编号",
        "apology": "向您致歉",
        "improvement": "改进",
    },
    as_voucher="{kind}（以优惠券代付）",
)

WORDS: Mapping[Language, Words] = {"en": ENGLISH, "zh-CN": CHINESE}

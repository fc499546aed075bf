"""What the customer reads for each code: polite, clear, and with what can be done (sop R4)."""

from typing import Literal

from domain.orders import Language

Code = Literal[
    "ok",
    "window_closed",
    "used",
    "packaging_incomplete",
    "accessories_missing",
    "no_proof",
    "special_goods",
    "quantity_exceeds_bought",
]
Topic = Literal["review"] | Code
"""A code, or `review`: nothing is against it, but a person looks first."""

MESSAGES: dict[Topic, dict[Language, str]] = {
    "ok": {
        "en": "“{title}” can go back. Once the application is approved we tell you how.",
        "zh-CN": "“{title}”符合退换条件。申请通过后，我们会告诉您如何寄回。",
    },
    "review": {
        "en": "We have your application for “{title}”. A colleague will look at it and answer you shortly.",
        "zh-CN": "您对“{title}”的申请已收到，客服人员会尽快审核并答复您。",
    },
    "window_closed": {
        "en": "The last day to apply for “{title}” was {last_day}, so we cannot take it back. "
        "If something is wrong with it, please contact us: we will look for another way to help.",
        "zh-CN": "“{title}”的退换申请截止日为 {last_day}，现已超过期限，很抱歉无法退换。"
        "如果商品有问题，请联系客服，我们会为您寻找其他解决办法。",
    },
    "used": {
        "en": "“{title}” has been used; without a fault it can only go back unused. "
        "If it has a fault, please apply again and choose the fault as the reason.",
        "zh-CN": "“{title}”已使用，无理由退换的商品须保持未使用。"
        "如果商品有质量问题，请选择相应原因重新申请。",
    },
    "packaging_incomplete": {
        "en": "“{title}” needs its original packaging to go back. "
        "If you find the packaging, please apply again within the return period.",
        "zh-CN": "退换“{title}”需要原包装完好。如果您找到原包装，请在退换期限内重新申请。",
    },
    "accessories_missing": {
        "en": "Some accessories of “{title}” are missing. "
        "Please put everything together that came with it and apply again within the return period.",
        "zh-CN": "“{title}”的配件不齐全。请备齐随商品附带的所有物品，并在退换期限内重新申请。",
    },
    "no_proof": {
        "en": "We need a proof of purchase for “{title}”. "
        "An order number, invoice or payment record will do; please add one and apply again.",
        "zh-CN": "“{title}”的申请缺少购买凭证。订单号、发票或付款记录均可，请补充后重新申请。",
    },
    "special_goods": {
        "en": "“{title}” belongs to the goods that cannot go back without a fault. "
        "If it has a fault, please apply again and choose the fault as the reason.",
        "zh-CN": "“{title}”属于不适用无理由退换的商品。如果商品有质量问题，请选择相应原因重新申请。",
    },
    "quantity_exceeds_bought": {
        "en": "Of “{title}” you can still return {left}; the others were not bought or are already returned. "
        "Please change the quantity and apply again.",
        "zh-CN": "“{title}”还可退换的数量为 {left}，其余未购买或已办理退换。请调整数量后重新申请。",
    },
}


def message(topic: Topic, language: Language, *, title: str, last_day: str, left: int) -> str:
    """The sentence for a code; `last_day` is the window's, `left` is how many units may still go back."""
    return MESSAGES[topic][language].format(title=title, last_day=last_day, left=left)

"""Alipay's daily business details (业务明细): GBK, remarks after `#`, numbers with a tab behind them.

Amounts are in yuan, those of refunds negative; times are China's. It tells refunds that were paid, no others.
"""

import re

from domain.reconciliation import Theirs
from domain.statements import ZONES
from providers.payments_alipay import CURRENCY, refund_ref
from providers.statements.reading import Content, Row, check_head, csv_rows, headed, invalid, once

TRADE, KIND, AT, AMOUNT, KEY = "支付宝交易号", "业务类型", "完成时间", "订单金额（元）", "退款批次号/请求号"
PAYMENT = "商户订单号"
REFUND = "退款"
KINDS = (REFUND, "交易")
END = re.compile(r"#-*业务明细列表结束")
ACCOUNT = re.compile(r"#账号：\[(2088\d{12}(?=0156\])|\w+)")
"""The merchant's number (PID, of 16 digits), without what Alipay's accounts have behind it."""
COUNT = re.compile(r"#退款合计：(\d+)笔")


def read_alipay(text: str) -> Content:
    """The refunds of the list; payments are left out."""
    numbered = list(enumerate(text.splitlines(), 1))
    head: list[str] | None = None
    seen: dict[tuple[str, ...], int] = {}
    lines: list[Theirs] = []
    for number, line in numbered:
        if line.startswith("#") or not line.strip():
            continue
        ((_, cells),) = csv_rows(line, number - 1)
        if head is None:
            head = [cell.strip() for cell in cells]
            check_head(number, head, (TRADE, KIND, AT, AMOUNT, KEY), "list of Alipay's business details")
            continue
        row = headed(number, head, cells)
        if row.needed(KIND) not in KINDS:
            raise row.wrong(KIND, f"is none of {', '.join(KINDS)}")
        if row.text(KIND) == REFUND:
            once(row, seen, row.needed(TRADE), row.needed(KEY))
            lines.append(_line(row))
    if head is None:
        check_head(1, [], (TRADE,), "list of Alipay's business details")
    _check_end(numbered, len(lines))
    return Content(lines, _accounts(numbered))


def _accounts(numbered: list[tuple[int, str]]) -> dict[str, int]:
    """The account of the remarks at the head."""
    named = ((ACCOUNT.match(line), number) for number, line in numbered)
    return {found[1]: number for found, number in named if found is not None}


def _line(row: Row) -> Theirs:
    minor = row.amount(AMOUNT, CURRENCY)
    if minor > 0:
        raise row.wrong(AMOUNT, "is positive, and a refund is paid out")
    key = row.needed(KEY)
    return Theirs(
        # As the adapter names it: Alipay gives a refund no number of its own.
        ref=refund_ref(row.needed(TRADE), key),
        key=key,
        amount_minor=-minor,
        currency=CURRENCY,
        state="settled",
        at=row.time(AT, ZONES["alipay"]),
        row=row.number,
        payment_id=row.text(PAYMENT) or None,
    )


def _check_end(numbered: list[tuple[int, str]], refunds: int) -> None:
    """A list that was cut off has no end, or counts otherwise."""
    remarks = [(number, line) for number, line in numbered if line.startswith("#")]
    if not any(END.match(line) for _, line in remarks):
        raise invalid(numbered[-1][0], None, "the list ends without 业务明细列表结束; download it again")
    for number, line in remarks:
        told = COUNT.match(line)
        if told is not None and int(told[1]) != refunds:
            why = f"{told[1]} refunds were written, and {refunds} are here; download it again"
            raise invalid(number, "退款合计", why)

"""WeChat Pay's trade bill (交易账单), of the type REFUND or ALL.

Each cell begins with a backtick and is not quoted, so that a comma in a cell is no end of it; the last two
rows are the names of the sums and the sums. Amounts are in yuan, times in China's.
"""

from domain.provider_news import ProviderState
from domain.reconciliation import Theirs
from domain.statements import ZONES
from providers.statements.reading import Content, Row, check_head, headed, invalid, once

NUMBER, KEY, STATE, CURRENCY = "微信退款单号", "商户退款单号", "退款状态", "货币种类"
ACCOUNT, PAYMENT = "商户号", "商户订单号"
ASKED, PAID = "申请退款金额", "退款金额"
"""With coupons the second is less than what was asked for; older bills have only it."""
ASKED_AT, AT = "退款申请时间", "交易时间"
"""Only a bill of the type REFUND has the first: there, the other one is when the order was paid."""
SUM_HEAD = "总交易单数"
STATES: dict[str, ProviderState] = {
    "SUCCESS": "settled",
    "PROCESSING": "pending",
    "CLOSED": "failed",
    "FAIL": "failed",
    "ABNORMAL": "stuck",
    "CHANGE": "stuck",
}


def read_wechat(text: str) -> Content:
    """The refunds of the bill; payments are left out."""
    first, *rest = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    head = first[1].split(",")
    check_head(first[0], head, (AT, ACCOUNT, CURRENCY, NUMBER, KEY, PAID, STATE), "trade bill of WeChat Pay")
    rows = rest[:-2]
    _check_sum(rest, len(rows))
    seen: dict[tuple[str, ...], int] = {}
    lines: list[Theirs] = []
    accounts: dict[str, int] = {}
    for number, line in rows:
        row = headed(number, head, _cells(number, line))
        accounts.setdefault(row.needed(ACCOUNT), number)
        if row.text(NUMBER) in ("", "0"):
            continue
        once(row, seen, row.needed(NUMBER))
        lines.append(_line(row))
    return Content(lines, accounts)


def _line(row: Row) -> Theirs:
    currency = row.currency(CURRENCY)
    state = STATES.get(row.needed(STATE))
    if state is None:
        raise row.wrong(STATE, f"is none of {', '.join(STATES)}")
    minor = row.amount(ASKED if row.text(ASKED) else PAID, currency)
    if minor < 0:
        raise row.wrong(PAID, "is negative")
    return Theirs(
        ref=row.needed(NUMBER),
        key=row.needed(KEY),
        amount_minor=minor,
        currency=currency,
        state=state,
        at=row.time(ASKED_AT if row.text(ASKED_AT) else AT, ZONES["wechat"]),
        row=row.number,
        payment_id=row.text(PAYMENT) or None,
    )


def _cells(number: int, line: str) -> list[str]:
    if not line.startswith("`"):
        raise invalid(number, None, "does not begin with a backtick; download the bill again")
    return line[1:].split(",`")


def _check_sum(rest: list[tuple[int, str]], rows: int) -> None:
    """The last rows: a bill that was cut off has none, or counts otherwise."""
    if len(rest) < 2 or not rest[-2][1].startswith(SUM_HEAD):
        last = rest[-1][0] if rest else None
        raise invalid(last, None, f"the bill ends without its sums ({SUM_HEAD}); download it again")
    number, line = rest[-1]
    told = _cells(number, line)[0].strip()
    if told != str(rows):
        raise invalid(number, SUM_HEAD, f"`{told}` rows were written, and {rows} are here; download it again")

"""A day's refunds as each provider writes them into a statement, from what the gateway remembers."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo

from domain.currencies import as_major
from sandbox.payment_messages import CHINA, Movement, Refund
from sandbox.payments_state import Payments

KEY_NAME = "casework_key"
"""In a refund's metadata at Stripe; one that was made by hand has none."""

STRIPE_HEAD = (
    "balance_transaction_id,created_utc,available_on_utc,currency,gross,fee,net,reporting_category,source_id,"
    "description,payment_intent_id,refund_metadata[casework_key]"
)
WECHAT_HEAD = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,"
    "退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注"
)
WECHAT_SUMS = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
WECHAT_STATES = {"pending": "PROCESSING", "settled": "SUCCESS"}
ALIPAY_HEAD = (
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,"
    "订单金额（元）,商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,"
    "商家红包消费金额（元）,卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注"
)


def statement(payments: Payments, dialect: str, merchant: str, day: date) -> bytes:
    """The file of the day; a merchant without refunds has one with none."""
    return WRITERS[dialect](payments, merchant, day)


def _stripe(payments: Payments, merchant: str, day: date) -> bytes:
    """Every movement of the balance: a refund, and one that failed after all."""
    rows: list[Sequence[str]] = [STRIPE_HEAD.split(",")]
    for number, moved in _moved(payments, merchant, day, UTC):
        refund = payments.refunds[moved.ref]
        gross = f"{as_major(-moved.amount_minor, moved.currency)}"
        at = _time(moved.at, UTC)
        category = "refund" if moved.amount_minor > 0 else "refund_failure"
        # A comma and quotes in a cell, as merchants' own words have them.
        words = f'Refund of "{moved.order_id}", by request'
        money = [moved.currency.lower(), gross, "0.00", gross]
        named = [moved.order_id, refund.metadata.get(KEY_NAME, "")]
        rows.append([f"txn_{number:08d}", at, at, *money, category, moved.ref, words, *named])
    return _csv(rows)


def _wechat(payments: Payments, merchant: str, day: date) -> bytes:
    """Every refund that was asked for on the day, as it is by now; cells behind a backtick, none quoted."""
    lines, total = [WECHAT_HEAD], 0
    for refund in _accepted(payments, merchant, day):
        yuan = f"{as_major(refund.amount_minor, refund.currency)}"
        at = _time(refund.accepted_at, CHINA)
        state = WECHAT_STATES.get(refund.state) or ("ABNORMAL" if refund.reason == "ABNORMAL" else "CLOSED")
        cells = [at, "wx0000000000000001", merchant, "", "", f"42{refund.order_id}", refund.order_id, "o-1"]
        cells += [
            "NATIVE",
            "REFUND",
            "OTHERS",
            refund.currency,
            "0.00",
            "0.00",
            at,
            at,
            refund.ref,
            refund.key,
        ]
        cells += [yuan, "0.00", "ORIGINAL", state, "杯子, 白色", "", "0.00000", "0.60%", "0.00", yuan, ""]
        lines.append(_ticked(cells))
        total += refund.amount_minor
    sums = [str(len(lines) - 1), "0.00", f"{as_major(total, 'CNY')}", "0.00", "0.00", "0.00"]
    return "\r\n".join([*lines, WECHAT_SUMS, _ticked([*sums, sums[2]]), ""]).encode()


def _alipay(payments: Payments, merchant: str, day: date) -> bytes:
    """Refunds that were paid, between remarks, in GBK; it never takes one back."""
    rows: list[str] = []
    for _, moved in _moved(payments, merchant, day, CHINA):
        if moved.amount_minor < 0:
            continue
        yuan, at = f"{as_major(-moved.amount_minor, moved.currency)}", _time(moved.at, CHINA)
        cells = [f"2026{moved.order_id}\t", f"{moved.order_id}\t", "退款", "杯子", at, at, "", "", "", ""]
        cells += ["cus***@mail.example", yuan, yuan, *["0.00"] * 5, "", "0.00", "0.00", f"{moved.key}\t"]
        rows.append(",".join([*cells, "0.00", "0.00", ""]))
    begin, end = f"{day:%Y年%m月%d日} 00:00:00", f"{day + timedelta(days=1):%Y年%m月%d日} 00:00:00"
    lines = ["#支付宝业务明细查询", f"#账号：[{merchant}]", f"#起始日期：[{begin}]   终止日期：[{end}]"]
    lines += [f"#{'-' * 41}业务明细列表{'-' * 40}", ALIPAY_HEAD, *rows]
    lines += [f"#{'-' * 41}业务明细列表结束{'-' * 36}", "#交易合计：0笔，商家实收共0.00元，商家优惠共0.00元"]
    lines += [f"#退款合计：{len(rows)}笔，商家实收退款共0.00元，商家优惠退款共0.00元", ""]
    return "\r\n".join(lines).encode("gbk")


def _own(payments: Payments, merchant: str, day: date) -> bytes:
    rows: list[Sequence[str]] = [("ref", "key", "order_id", "amount_minor", "currency", "state", "at")]
    for _, moved in _moved(payments, merchant, day, UTC):
        state = "settled" if moved.amount_minor > 0 else "failed"
        amount = str(abs(moved.amount_minor))
        rows.append(
            (moved.ref, moved.key, moved.order_id, amount, moved.currency, state, moved.at.isoformat())
        )
    return _csv(rows)


WRITERS: dict[str, Callable[[Payments, str, date], bytes]] = {
    "sandbox": _own,
    "stripe": _stripe,
    "wechat": _wechat,
    "alipay": _alipay,
}


def _moved(payments: Payments, merchant: str, day: date, zone: tzinfo) -> Iterable[tuple[int, Movement]]:
    for number, moved in enumerate(payments.movements, 1):
        if moved.merchant == merchant and moved.at.astimezone(zone).date() == day:
            yield number, moved


def _accepted(payments: Payments, merchant: str, day: date) -> Iterable[Refund]:
    for refund in payments.refunds.values():
        if refund.merchant == merchant and refund.accepted_at.astimezone(CHINA).date() == day:
            yield refund


def _time(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _ticked(cells: Sequence[str]) -> str:
    return ",".join(f"`{cell}" for cell in cells)


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    file = io.StringIO()
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()

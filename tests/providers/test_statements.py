"""Statements are read as a whole, exactly, or refused with row, column and what to do."""

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter

from domain.errors import StatementInvalid, StatementOfAnother
from domain.reconciliation import Theirs
from domain.statements import Rail, Statement
from providers.payment_accounts import Account
from providers.statements import MAX_BYTES, read_statement
from providers.statements import reading as reading_module
from providers.statements.accounts import check_account

STRIPE_HEAD = (
    "balance_transaction_id,created_utc,created,currency,gross,fee,net,reporting_category,source_id,"
    "description,refund_metadata[casework_key]"
)
STRIPE = [
    STRIPE_HEAD,
    "txn_1,2026-11-20 09:00:00,2026-11-20 10:00:00,cny,108.00,3.20,104.80,charge,ch_1,Order 1,",
    'txn_2,2026-11-20 10:00:00,2026-11-20 11:00:00,cny,-6.00,0.00,-6.00,refund,re_1,"a ""cup"", red",rf-1',
    "txn_3,2026-11-20 11:00:00,2026-11-20 12:00:00,jpy,-500,0,-500,refund,re_2,by hand,",
    "txn_4,2026-11-20 12:00:00,2026-11-20 13:00:00,kwd,-1.234,0,-1.234,refund,re_3,,rf-3",
    "txn_5,2026-11-20 13:00:00,2026-11-20 14:00:00,kwd,1.234,0,1.234,refund_failure,re_3,,rf-3",
]
# As the provider's own examples have them: a comma in a cell that is not quoted, the sums at the end.
WECHAT = [
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,退款申请时间,退款成功时间,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "`2026-11-18 14:40:09,`wx1,`1900000109,`,`,`42001,`SO-1,`o1,`NATIVE,`REFUND,`CFT,`CNY,`0.00,`0.00,"
    "`2026-11-20 18:13:10,`2026-11-20 18:13:12,`50001,`rf-1,`5.50,`0.00,`ORIGINAL,`SUCCESS,`杯子, 红色,`,"
    "`0.00000,`0.60%,`0.00,`6.00,`",
    "`2026-11-18 14:41:09,`wx1,`1900000109,`,`,`42002,`SO-2,`o1,`NATIVE,`REFUND,`CFT,`CNY,`0.00,`0.00,"
    "`2026-11-20 23:59:59,`,`50002,`rf-2,`0.01,`0.00,`ORIGINAL,`PROCESSING,`杯子,`,"
    "`0.00000,`0.60%,`0.00,`0.01,`",
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额",
    "`2,`0.00,`5.51,`0.00,`0.00000,`0.00,`6.01",
]
# The bill of all trades, in its older form: a payment has the refund's number 0.
WECHAT_ALL = [
    "交易时间,公众账号ID,商户号,子商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,总金额,"
    "企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率",
    "`2026-11-20 17:07:37,`wx1,`14,`0,`,`42003,`SO-3,`o-1,`JSAPI,`SUCCESS,`CFT,`CNY,`0.01,`0.00,`0,`0,`0.00,"
    "`0.00,`,`,`杯子,`,`0.00000,`0.60%",
    "`2026-11-20 18:13:12,`wx1,`14,`0,`,`42001,`SO-1,`o-1,`NATIVE,`REFUND,`CFT,`CNY,`0.00,`0.00,`50001,`rf-1,"
    "`6.00,`0.00,`ORIGINAL,`SUCCESS,`杯子,`,`0.00000,`1.00%",
    "总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额",
    "`2,`0.01,`6.00,`0.00,`0.00000",
]
ALIPAY = [
    "#支付宝业务明细查询",
    "#账号：[20880000000000000156]",
    "#起始日期：[2026年11月20日 00:00:00]   终止日期：[2026年11月21日 00:00:00]",
    "#-----------------------------------------业务明细列表----------------------------------------",
    "支付宝交易号,商户订单号,业务类型,商品名称,创建时间,完成时间,门店编号,门店名称,操作员,终端号,对方账户,订单金额（元）,"
    "商家实收（元）,支付宝红包（元）,集分宝（元）,支付宝优惠（元）,商家优惠（元）,券核销金额（元）,券名称,商家红包消费金额（元）,"
    "卡消费金额（元）,退款批次号/请求号,服务费（元）,分润（元）,备注",
    "20261\t,SO-1\t,交易,杯子,2026-11-20 10:00:00,2026-11-20 10:00:30,,,,,cus***,35.80,35.80,0.00,0.00,"
    "0.00,0.00,0.00,,0.00,0.00,,-0.12,0.00,",
    "20261\t,SO-1\t,退款,杯子,2026-11-20 11:00:00,2026-11-20 11:00:30,,,,,cus***,-6.00,-6.00,0.00,0.00,"
    "0.00,0.00,0.00,,0.00,0.00,rf-1\t,0.00,0.00,",
    "#-----------------------------------------业务明细列表结束------------------------------------",
    "#交易合计：1笔，商家实收共35.80元，商家优惠共0.00元",
    "#退款合计：1笔，商家实收退款共-6.00元，商家优惠退款共0.00元",
]
SANDBOX = [
    "ref,key,order_id,amount_minor,currency,state,at",
    "re_1,rf-1,SO-1,600,CNY,settled,2026-11-20T10:00:00+00:00",
]
FILES: dict[Rail, list[str]] = {"stripe": STRIPE, "wechat": WECHAT, "alipay": ALIPAY, "sandbox": SANDBOX}
DAY = date(2026, 11, 20)


def written(lines: list[str], encoding: str = "utf-8", end: str = "\r\n") -> bytes:
    return end.join([*lines, ""]).encode(encoding)


def read(rail: Rail, lines: list[str], day: date | None = None) -> Statement:
    return read_statement(written(lines, "gbk" if rail == "alipay" else "utf-8"), rail, "m1", day)


def short(line: Theirs) -> tuple[Any, ...]:
    return line.ref, line.key, line.amount_minor, line.currency, line.state


def test_stripes_report_in_whole_units_of_each_currency() -> None:
    told = read("stripe", STRIPE)
    assert told.day == DAY
    assert [short(line) for line in told.lines] == [
        ("re_1", "rf-1", 600, "CNY", "settled"),
        ("re_2", None, 500, "JPY", "settled"),
        ("re_3", "rf-3", 1234, "KWD", "failed"),
    ]


def test_what_the_customer_got_counts_at_stripe_not_what_the_balance_paid() -> None:
    head = STRIPE_HEAD + ",customer_facing_amount,customer_facing_currency"
    told = read("stripe", [head, STRIPE[2].replace("cny", "eur") + ",-47.00,cny"])
    assert [short(line) for line in told.lines] == [("re_1", "rf-1", 4700, "CNY", "settled")]


def test_wechats_bill_of_refunds_by_what_was_asked_for_not_by_what_coupons_left() -> None:
    told = read("wechat", WECHAT)
    assert told.day == DAY
    assert [short(line) for line in told.lines] == [
        ("50001", "rf-1", 600, "CNY", "settled"),
        ("50002", "rf-2", 1, "CNY", "pending"),
    ]
    assert told.lines[1].at is not None
    assert told.lines[1].at.isoformat() == "2026-11-20T15:59:59+00:00"


def test_wechats_bill_of_all_trades_without_its_payments() -> None:
    assert [short(line) for line in read("wechat", WECHAT_ALL).lines] == [
        ("50001", "rf-1", 600, "CNY", "settled")
    ]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig"])
def test_alipays_details_in_gbk_or_as_somebody_unpacked_them(encoding: str) -> None:
    told = read_statement(written(ALIPAY, encoding), "alipay", "m1")
    assert [short(line) for line in told.lines] == [("20261/rf-1", "rf-1", 600, "CNY", "settled")]


@pytest.mark.parametrize("rail", FILES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_byte_order_marks_and_line_ends_make_no_difference(rail: Rail, end: str) -> None:
    plain = read(rail, FILES[rail])
    marked = read_statement(written(FILES[rail], "utf-8-sig", end), rail, "m1")
    assert marked.lines == plain.lines
    assert marked.digest != plain.digest


def test_an_empty_statement_needs_its_day() -> None:
    with pytest.raises(StatementInvalid, match="--day"):
        read("stripe", STRIPE[:2])
    told = read("stripe", STRIPE[:2], DAY)
    assert (told.day, told.lines) == (DAY, [])


def changed(rail: Rail, row: int, old: str, new: str) -> bytes:
    lines = list(FILES[rail])
    assert old in lines[row - 1]
    lines[row - 1] = lines[row - 1].replace(old, new)
    return written(lines, "gbk" if rail == "alipay" else "utf-8")


def without(rail: Rail, row: int) -> bytes:
    lines = [line for number, line in enumerate(FILES[rail], 1) if number != row]
    return written(lines, "gbk" if rail == "alipay" else "utf-8")


def twice(rail: Rail, row: int) -> bytes:
    lines = list(FILES[rail])
    lines.insert(row, lines[row - 1])
    return written(lines, "gbk" if rail == "alipay" else "utf-8")


BAD: list[tuple[str, Rail, bytes, int | None, str | None]] = [
    # what, rail, file, row, column
    ("no amount", "stripe", changed("stripe", 3, "-6.00,0.00", "-6.0.0,0.00"), 3, "gross"),
    ("thousands", "stripe", changed("stripe", 3, "-6.00,0.00", '"-6,000.00",0.00'), 3, "gross"),
    ("an exponent", "stripe", changed("stripe", 3, "-6.00,0.00", "-6e2,0.00"), 3, "gross"),
    ("not a number", "stripe", changed("stripe", 3, "-6.00,0.00", "NaN,0.00"), 3, "gross"),
    ("a part of a fen", "stripe", changed("stripe", 3, "-6.00,0.00", "-6.001,0.00"), 3, "gross"),
    ("a part of a yen", "stripe", changed("stripe", 4, "-500,0", "-500.5,0"), 4, "gross"),
    ("nothing", "stripe", changed("stripe", 3, "-6.00,0.00", "-0.00,0.00"), 3, "gross"),
    ("the wrong sign", "stripe", changed("stripe", 3, "-6.00,0.00", "6.00,0.00"), 3, "gross"),
    ("more than any order", "stripe", changed("stripe", 3, "-6.00,0", "-99999999999999.00,0"), 3, "gross"),
    ("no currency", "stripe", changed("stripe", 3, ",cny,", ",,"), 3, "currency"),
    ("no such currency", "stripe", changed("stripe", 3, ",cny,", ",yuan,"), 3, "currency"),
    ("no time", "stripe", changed("stripe", 3, "2026-11-20 10:00:00,", "20 Nov,"), 3, "created_utc"),
    ("another day", "stripe", changed("stripe", 6, "2026-11-20 13:00:00,", "2026-11-21 13:00:00,"), 6, None),
    ("no number", "stripe", changed("stripe", 3, "re_1", ""), 3, "source_id"),
    ("a cell too many", "stripe", changed("stripe", 3, "rf-1", "rf-1,more"), 3, None),
    ("a cell too few", "stripe", changed("stripe", 5, "re_3,,", "re_3,"), 5, None),
    ("an open quote", "stripe", changed("stripe", 6, "re_3,,", 're_3,",'), 6, None),
    ("twice the same row", "stripe", twice("stripe", 3), 4, None),
    (
        "no column of ours",
        "stripe",
        changed("stripe", 1, "refund_metadata[casework_key]", "x"),
        1,
        "refund_metadata[casework_key]",
    ),
    ("no head", "stripe", without("stripe", 1), 1, "balance_transaction_id"),
    ("no amount", "wechat", changed("wechat", 2, "`6.00", "`6元"), 2, "申请退款金额"),
    ("negative", "wechat", changed("wechat", 2, "`6.00", "`-6.00"), 2, "退款金额"),
    ("an unknown state", "wechat", changed("wechat", 2, "`SUCCESS", "`MAYBE"), 2, "退款状态"),
    ("no key", "wechat", changed("wechat", 2, "`rf-1", "`"), 2, "商户退款单号"),
    ("a lost backtick", "wechat", changed("wechat", 3, "`2026-11-18", "2026-11-18"), 3, None),
    ("twice the same refund", "wechat", changed("wechat", 3, "`50002", "`50001"), 3, None),
    ("cut off before the sums", "wechat", written(WECHAT[:3]), 3, None),
    ("a row is missing", "wechat", without("wechat", 3), 4, "总交易单数"),
    ("another provider's", "wechat", written(SANDBOX), 1, "交易时间"),
    ("positive", "alipay", changed("alipay", 7, "-6.00,-6.00", "6.00,6.00"), 7, "订单金额（元）"),
    ("a part of a fen", "alipay", changed("alipay", 7, "-6.00,-6.00", "-6.005,0"), 7, "订单金额（元）"),
    ("no number", "alipay", changed("alipay", 7, "rf-1\t", "\t"), 7, "退款批次号/请求号"),
    ("an unknown business", "alipay", changed("alipay", 7, "退款,杯子", "转账,杯子"), 7, "业务类型"),
    ("an open quote", "alipay", changed("alipay", 7, "cus***", '"cus***'), 7, None),
    ("cut off before the end", "alipay", written(ALIPAY[:7], "gbk"), 7, None),
    ("a row is missing", "alipay", without("alipay", 7), 9, "退款合计"),
    ("no list", "alipay", written(ALIPAY[:3], "gbk"), 1, "支付宝交易号"),
    ("a fraction", "sandbox", changed("sandbox", 2, "600", "6.00"), 2, "amount_minor"),
    ("an unknown state", "sandbox", changed("sandbox", 2, "settled", "paid"), 2, "state"),
    ("no offset", "sandbox", changed("sandbox", 2, "+00:00", ""), 2, "at"),
]


@pytest.mark.parametrize(
    ("rail", "content", "row", "column"),
    [case[1:] for case in BAD],
    ids=[f"{case[1]}: {case[0]}" for case in BAD],
)
def test_a_bad_row_refuses_the_whole_file(rail: Rail, content: bytes, row: int, column: str | None) -> None:
    with pytest.raises(StatementInvalid) as refused:
        read_statement(content, rail, "m1")
    assert refused.value.code == "statement_invalid"
    assert (refused.value.detail["row"], refused.value.detail["column"]) == (row, column)
    assert refused.value.message.startswith(f"row {row}")
    assert "\n" not in refused.value.message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"PK\x03\x04rest", "zip"),
        (b"\x1f\x8brest", "gzip"),
        (written(STRIPE, "utf-16"), "not text"),
        (b"ref,key\x00", "not text"),
        (written(ALIPAY, "gbk"), "not text"),
    ],
)
def test_what_is_no_statement_says_what_it_is(content: bytes, words: str) -> None:
    with pytest.raises(StatementInvalid, match=words):
        read_statement(content, "stripe", "m1")


def test_a_file_of_another_day_is_refused_when_the_day_is_named() -> None:
    with pytest.raises(StatementInvalid, match=r"row 3: is of 2026-11-20, not of 2026-11-21"):
        read("stripe", STRIPE, date(2026, 11, 21))


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(StatementInvalid, match="bytes"):
        read_statement(b"x" * (MAX_BYTES + 1), "stripe", "m1")


def test_what_a_message_quotes_is_short() -> None:
    long = "9" * 500
    with pytest.raises(StatementInvalid) as refused:
        read_statement(changed("stripe", 3, "-6.00,0.00", f"{long},0.00"), "stripe", "m1")
    assert len(refused.value.message) < reading_module.LONGEST_SHOWN + 100


ACCOUNT_FIELDS: dict[Rail, str] = {
    "stripe": "secret_key",
    "wechat": "mch_id app_id serial_no private_key apiv3_key public_key public_key_id",
    "alipay": "app_id private_key public_key",
}


def account(rail: Rail, **named: str) -> Account:
    """An account of a merchant's, as the file of accounts has it."""
    made: TypeAdapter[Account] = TypeAdapter(Account)
    return made.validate_python({"rail": rail, **dict.fromkeys(ACCOUNT_FIELDS[rail].split(), "x"), **named})


@pytest.mark.parametrize(
    ("rail", "lines", "named", "sure"),
    [
        ("wechat", WECHAT, {"mch_id": "1900000109"}, True),
        ("alipay", ALIPAY, {"seller_id": "2088000000000000"}, True),
        ("alipay", ALIPAY, {}, False),
        ("stripe", STRIPE, {}, False),
    ],
)
def test_the_account_that_a_file_names_is_the_merchants(
    rail: Rail, lines: list[str], named: dict[str, str], sure: bool
) -> None:
    statement = read(rail, lines)
    assert check_account(statement, {statement.merchant: [account(rail, **named)]}) is sure


@pytest.mark.parametrize(
    ("rail", "lines", "named", "why"),
    [
        ("wechat", WECHAT, {"mch_id": "1900000110"}, "row 2: it is of account 1900000109, and m1 has 19"),
        ("wechat", WECHAT_ALL, {"mch_id": "1900000109"}, "row 2: it is of account 14"),
        ("alipay", ALIPAY, {"seller_id": "2088000000000001"}, "row 2: it is of account 2088000000000000"),
    ],
)
def test_a_file_of_another_account_is_refused(
    rail: Rail, lines: list[str], named: dict[str, str], why: str
) -> None:
    statement = read(rail, lines)
    with pytest.raises(StatementOfAnother, match=why):
        check_account(statement, {statement.merchant: [account(rail, **named)]})


@pytest.mark.parametrize("written", ["20881234567801560156", "2088123456780156"])
def test_alipays_account_is_the_merchants_number_with_or_without_its_end(written: str) -> None:
    lines = [line.replace("20880000000000000156", written) for line in ALIPAY]
    assert list(read("alipay", lines).accounts) == ["2088123456780156"]


def test_a_merchant_without_an_account_there_has_no_file_of_it() -> None:
    statement = read("stripe", STRIPE)
    for accounts in ({}, {statement.merchant: [account("wechat")]}, {"m2": [account("stripe")]}):
        with pytest.raises(StatementOfAnother, match="has no account at stripe"):
            check_account(statement, accounts)


def test_of_two_accounts_there_either_may_have_made_the_file() -> None:
    statement = read("wechat", WECHAT)
    both = [account("wechat", mch_id="14"), account("wechat", mch_id="1900000109")]
    assert check_account(statement, {statement.merchant: both})


@pytest.mark.parametrize(("rail", "lines"), [("wechat", WECHAT), ("alipay", ALIPAY)])
def test_a_line_names_its_payment_by_the_shops_number(rail: Rail, lines: list[str]) -> None:
    assert "SO-1" in [line.payment_id for line in read(rail, lines).lines]

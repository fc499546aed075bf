"""No token, key, address or number gets into a line of the log, wherever it comes from."""

import io
import logging

import pytest
import structlog

from starters import log
from starters.log_masks import without_secrets

SECRETS = [
    "cw_0123456789ab_" + "A" * 43,
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJzdi0wMSJ9.c2lnbmF0dXJl",
    "hunter2secret",
    "li.na@mail.example",
    "+86 138 0013 8000",
    "+4477009000011",
    "13800138000",
    "138-0013-8000",
]
LINE = (
    f"sent {SECRETS[0]} and {SECRETS[1]}, {SECRETS[2]}; Authorization: Bearer {SECRETS[3]}, "
    f"postgresql://desk:{SECRETS[3]}@db:5432/x <{SECRETS[4]}> "
    f"tel:{SECRETS[5]} {SECRETS[6]} {SECRETS[7]},{SECRETS[8]}"
)


@pytest.mark.parametrize("secret", SECRETS)
def test_what_nobody_may_read_is_taken_out(secret: str) -> None:
    assert secret not in without_secrets(LINE)


@pytest.mark.parametrize(
    "plain",
    [
        '{"event": "request refused", "timestamp": "2026-11-26T23:41:31.123456Z", "http_status": 401}',
        "postgresql://postgres@127.0.0.1:28160/casework",
        "return:m1:R-20261111-0913 seq 1731234567890 pid 15012345",
        "0f6c2b1e-8b8a-4f52-9e0c-138001380001",
        "started in 13800138000.5 ms at 10.138.00.13",
    ],
)
def test_ids_times_and_figures_stay(plain: str) -> None:
    assert without_secrets(plain) == plain


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_every_way_into_the_log_is_masked(log_format: log.LogFormat) -> None:
    stream = io.StringIO()
    before = structlog.get_config()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    log.configure(log_format, "info", stream)
    try:
        structlog.get_logger().warning(LINE, value=LINE)
        logging.getLogger("another.library").warning("said %s", LINE, extra={"more": LINE})
        try:
            raise ValueError(LINE)
        except ValueError:
            structlog.get_logger().exception("failed")
        log.flush()
    finally:
        structlog.configure(**before)
        logging.getLogger().handlers[:], logging.getLogger().level = handlers, level
    written = stream.getvalue()
    assert written.count("ValueError") >= 1
    assert [secret for secret in SECRETS if secret in written] == []

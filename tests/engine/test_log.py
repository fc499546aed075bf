"""What the processes log, and what they must not."""

import io
import json
import logging
from collections.abc import Generator
from typing import Any

import pytest
import structlog

from starters import log


@pytest.fixture
def stream() -> Generator[io.StringIO]:
    """Where the log goes; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    log.flush()
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    log.flush()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_structlog_and_the_standard_library_write_the_same_json(stream: io.StringIO) -> None:
    log.configure("auto", "info", stream)
    structlog.get_logger("desk").info("case.opened", case_id="return:m:1")
    logging.getLogger("temporalio.workflow").info("fires %s", "now", extra={"workflow_id": "return:m:1"})
    ours, theirs = lines(stream)
    assert (ours["event"], ours["case_id"], ours["level"]) == ("case.opened", "return:m:1", "info")
    assert (theirs["event"], theirs["workflow_id"], theirs["logger"]) == (
        "fires now",
        "return:m:1",
        "temporalio.workflow",
    )
    assert ours.keys() >= {"timestamp", "logger"} <= theirs.keys()


def test_an_exception_keeps_its_traceback_across_threads(stream: io.StringIO) -> None:
    log.configure("json", "info", stream)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger("desk").exception("failed")
        logging.getLogger("other").exception("failed")
    for line in lines(stream):
        assert "ValueError: broken" in line["exception"]


def test_a_traceback_for_people_shows_no_values(stream: io.StringIO) -> None:
    log.configure("console", "info", stream)
    phone = "1380013" + "8000"
    try:
        raise ValueError(len(phone))
    except ValueError:
        structlog.get_logger("desk").exception("failed")
    log.flush()
    assert "ValueError: 11" in stream.getvalue()
    assert phone not in stream.getvalue()


def test_the_level_and_chatty_libraries_are_kept_down(stream: io.StringIO) -> None:
    log.configure("json", "info", stream)
    structlog.get_logger("desk").debug("detail")
    logging.getLogger("httpx2").info("GET somewhere")
    logging.getLogger("httpx2").warning("slow")
    assert [line["event"] for line in lines(stream)] == ["slow"]

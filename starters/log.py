"""Logging for the processes: structlog over the standard library, written by a thread of its own.

Workflow code may log only through `workflow.logger`, which is a standard logger. A handler that locks or
waits there can hold up a workflow task long enough to be taken for a deadlock; here every logger just puts
the record into a queue. No personal data: log case ids, event names and error codes, never contacts,
addresses or messages; what slips in is masked (`starters/log_masks.py`).
"""

import atexit
import logging
import queue
import sys
from logging.handlers import QueueHandler, QueueListener
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from activities.request_headers import REQUEST_ID
from starters.log_masks import without_secrets
from starters.settings import LogFormat, LogLevel

CHATTY_LOGGERS = ("asyncio", "httpx2", "httpcore2", "aiosmtplib")
"""Their lines name hosts, addresses or recipients; only their warnings are wanted."""


def configure(log_format: LogFormat = "auto", level: LogLevel = "info", stream: TextIO = sys.stderr) -> None:
    """Send all logging of this process to the stream (standard error) as JSON lines or for people's eyes.

    Call once, at start; a second call takes the place of the first.
    """
    as_json = log_format == "json" or (log_format == "auto" and not stream.isatty())
    records: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    writer = logging.StreamHandler(stream)
    writer.setFormatter(_formatter(as_json=as_json))
    _start_writing(QueueListener(records, writer))

    root = logging.getLogger()
    root.handlers[:] = [_Handover(records)]
    root.setLevel(level.upper())
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            _add_request_id,
            _keep_exception,
            *_common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


class _Handover(QueueHandler):
    """Puts the record into the queue as it is: turning it into text is the writing thread's work."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        # In the thread and context of who logs, which is a workflow's, too.
        request_id = REQUEST_ID.get()
        if request_id is not None and not isinstance(record.msg, dict):
            record.request_id = request_id
        return record


_listener: list[QueueListener] = []


def _start_writing(listener: QueueListener) -> None:
    """Let the listener write; the one before it, if any, finishes what it has."""
    flush()
    _listener.append(listener)
    listener.start()


@atexit.register
def flush() -> None:
    """Write what is queued and stop writing; `configure` starts again."""
    while _listener:
        _listener.pop().stop()


def _add_request_id(_: Any, __: str, event: EventDict) -> EventDict:
    request_id = REQUEST_ID.get()
    return event if request_id is None else {"request_id": request_id, **event}


def _keep_exception(_: Any, __: str, event: EventDict) -> EventDict:
    """`exc_info=True` means the exception of the thread that logs, not of the thread that writes."""
    if event.get("exc_info") is True:
        event["exc_info"] = sys.exc_info()
    return event


def _common() -> list[Processor]:
    return [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]


class _Masking(structlog.stdlib.ProcessorFormatter):
    """Looks at the finished line: whatever way something took into it, it is seen here."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def _formatter(*, as_json: bool) -> logging.Formatter:
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        rendering += [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        # The plain traceback: the pretty one prints local variables, which may be personal.
        rendering.append(
            structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
        )
    return _Masking(processors=rendering, foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_common()])

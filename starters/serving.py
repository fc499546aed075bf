"""How a program of ours serves an app: listens, says so in one line, and stops when it is told to."""

import asyncio
import json
import logging
import signal
import socket
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from domain.errors import NotReady

GRACE_SECONDS = 10


class Server(uvicorn.Server):
    """A uvicorn for which a signal is a wish to stop and no failure: the exit status is 0."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop on SIGTERM and SIGINT without raising them again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True
        self._on_stop()


async def serve(app: ASGIApp, host: str, port: int, on_stop: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered. Raises `NotReady`.

    `on_stop` ends answers that would go on for ever.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    host, port = listener.getsockname()[:2]
    # The supervisor reads this line: in one write, so that no other thread's log gets into it.
    sys.stdout.write(json.dumps({"ready": True, "url": f"http://{host}:{port}"}) + "\n")
    sys.stdout.flush()
    await Server(config, on_stop).serve([listener])


def _listen(host: str, port: int) -> socket.socket:
    try:
        # A family that a name or an address asks for, IPv6 too.
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=512)
    except OSError as error:
        raise NotReady(f"{host}:{port} cannot be listened on: {error.strerror}") from None

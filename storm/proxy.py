"""A TCP proxy between the workers and a server, whose connections can be cut and stalled."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

LOOPBACK = "127.0.0.1"


class Pipe(asyncio.Protocol):
    """One direction's end: what comes in here goes out at the other end, as fast as that takes it."""

    def __init__(self, proxy: "Proxy", other: "Pipe | None" = None) -> None:
        self._proxy = proxy
        self._other = other
        self._waiting: list[bytes] = []
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A worker called, or the server answered."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._proxy.pipes.add(self)
        if self._other is None:
            self._proxy.call(self)
            return
        other = self._other
        other._other = self
        for data in other._waiting:
            transport.write(data)
        self._proxy.hold(self)
        if other.transport is None or other.transport.is_closing():
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass it on."""
        if self._other is None or self._other.transport is None:
            self._waiting.append(data)
        else:
            self._other.transport.write(data)

    def pause_writing(self) -> None:
        """The receiver is slow: the sender has to wait."""
        if self._other and self._other.transport:
            self._other.transport.pause_reading()

    def resume_writing(self) -> None:
        """The receiver has room again, unless the line is held."""
        if self._other and self._other.transport and not self._proxy.is_held:
            self._other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """One end is gone, so is the other."""
        self._proxy.pipes.discard(self)
        if self._other and self._other.transport:
            self._other.transport.abort() if exc else self._other.transport.close()

    def drop(self) -> None:
        """Break the connection without a farewell."""
        if self.transport:
            self.transport.abort()


class Proxy:
    """Listens on `port` for a server on the loopback."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self.port = 0
        self.pipes: set[Pipe] = set()
        self.is_held = False
        self._calls: set[asyncio.Task[None]] = set()

    def call(self, pipe: Pipe) -> None:
        """Call the server for a worker that has called us."""
        task = asyncio.ensure_future(self._call(pipe))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _call(self, pipe: Pipe) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.create_connection(lambda: Pipe(self, pipe), LOOPBACK, self._server_port)
        except OSError:
            pipe.drop()

    def hold(self, pipe: Pipe) -> None:
        """A connection that is made while the line is held is held, too."""
        if self.is_held and pipe.transport:
            pipe.transport.pause_reading()

    def cut(self) -> int:
        """Break every connection; how many there were."""
        pipes = list(self.pipes)
        for pipe in pipes:
            pipe.drop()
        return len(pipes) // 2

    async def stall(self, seconds: float) -> None:
        """Let nothing through for a while, and lose nothing: what a partition looks like."""
        self.is_held = True
        try:
            for pipe in list(self.pipes):
                self.hold(pipe)
            await asyncio.sleep(seconds)
        finally:
            self.is_held = False
            for pipe in list(self.pipes):
                with suppress(RuntimeError):  # it is closing
                    if pipe.transport:
                        pipe.transport.resume_reading()


@asynccontextmanager
async def proxy(server_port: int) -> AsyncGenerator[Proxy]:
    """A proxy while the block runs."""
    made = Proxy(server_port)
    server = await asyncio.get_running_loop().create_server(lambda: Pipe(made), LOOPBACK, 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()

"""The proxy passes everything on, breaks what it is told to break, and holds without losing."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

import pytest

from storm.proxy import LOOPBACK, Proxy, proxy

MUCH = bytes(range(256)) * 20_000
BROKEN = (ConnectionError, asyncio.IncompleteReadError)


class Caller:
    """A connection through the proxy."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def say(self, data: bytes) -> None:
        self._writer.write(data)

    async def hear(self, count: int) -> bytes:
        return await self._reader.readexactly(count)


@asynccontextmanager
async def caller(line: Proxy) -> AsyncGenerator[Caller]:
    reader, writer = await asyncio.open_connection(LOOPBACK, line.port)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def line() -> AsyncGenerator[Proxy]:
    """A proxy before a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    async with server, proxy(server.sockets[0].getsockname()[1]) as made:
        yield made


@pytest.mark.parametrize("data", [b"hello", MUCH], ids=["a word", "five megabytes"])
async def test_everything_is_passed_on(line: Proxy, data: bytes) -> None:
    async with caller(line) as one:
        one.say(data)
        assert await one.hear(len(data)) == data


async def test_a_cut_breaks_what_is_open_and_lets_callers_in_again(line: Proxy) -> None:
    async with caller(line) as one:
        one.say(b"one")
        assert await one.hear(3) == b"one"
        assert line.cut() == 1
        with pytest.raises(BROKEN):
            await one.hear(1)
    async with caller(line) as two:
        two.say(b"two")
        assert await two.hear(3) == b"two"


async def test_a_stalled_line_holds_everything_and_loses_nothing(line: Proxy) -> None:
    async with caller(line) as one:
        one.say(b"one")
        assert await one.hear(3) == b"one"
        stalled = asyncio.ensure_future(line.stall(0.3))
        await asyncio.sleep(0)
        one.say(b"two")
        heard = asyncio.ensure_future(one.hear(3))
        await asyncio.wait([heard, stalled], return_when=asyncio.FIRST_COMPLETED)
        assert not heard.done()
        assert await heard == b"two"


async def test_a_server_that_is_away_ends_the_call() -> None:
    async with proxy(1) as nowhere, caller(nowhere) as one:
        with pytest.raises(BROKEN):
            await one.hear(1)

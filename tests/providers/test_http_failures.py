"""What an HTTP answer, or none, means to the desk."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

import httpx2
import pytest
import pytest_asyncio

from domain.base import Model
from domain.errors import NotFound, OrderNotFound, OutOfStock, ProviderRefused, ProviderUnavailable
from providers.http import HttpSystem

SECRET = "customer-c1@shop.example"


class Answer(Model):
    """What the tests read."""

    number: int


Ask = Callable[[bytes], Awaitable[Answer]]


@pytest_asyncio.fixture
async def ask() -> AsyncGenerator[Ask, None]:
    """Asks a server that answers with the given bytes, whatever is asked."""
    replies: list[bytes] = []

    async def reply(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(replies[-1])
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(reply, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with httpx2.AsyncClient() as client:
        system = HttpSystem("shop", f"http://{host}:{port}/", client, timeout_seconds=5)

        async def asked(raw: bytes) -> Answer:
            replies.append(raw)
            return await system.ask("an order", f"/{SECRET}", Answer, missing=OrderNotFound)

        yield asked
    server.close()
    await server.wait_closed()


def raw(status: int, body: str = "", head: str = "") -> bytes:
    return f"HTTP/1.1 {status} X\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


async def test_an_answer_may_say_more_than_we_read(ask: Ask):
    assert await ask(raw(200, '{"number": 1, "new_field": {"deep": true}}')) == Answer(number=1)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
async def test_not_now_is_an_outage(ask: Ask, status: int):
    with pytest.raises(ProviderUnavailable) as outage:
        await ask(raw(status, '{"code": "x"}'))
    assert outage.value.detail == {"system": "shop", "status": status}


@pytest.mark.parametrize("status", [400, 401, 403, 409, 410, 422])
async def test_no_is_a_refusal(ask: Ask, status: int):
    with pytest.raises(ProviderRefused) as refusal:
        await ask(raw(status, '{"code": "over_refund", "message": "no"}'))
    assert refusal.value.detail == {"system": "shop", "reason": "over_refund", "status": status}


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("body", ["", "<html>", "[]", '{"code": 7}', '{"message": "no"}'])
async def test_a_no_without_a_reason_is_an_outage(ask: Ask, status: int, body: str):
    """It comes from a proxy or from a wrong address, not from the system that was asked."""
    with pytest.raises(ProviderUnavailable, match=f"HTTP {status} without a reason"):
        await ask(raw(status, body))


async def test_a_reason_that_we_have_an_error_for_is_that_error(ask: Ask):
    with pytest.raises(OutOfStock):
        await ask(raw(409, '{"code": "out_of_stock"}'))


async def test_not_found_is_the_callers_error(ask: Ask):
    with pytest.raises(OrderNotFound, match="shop does not know an order"):
        await ask(raw(404, '{"code": "not_found"}'))


async def test_a_redirect_is_not_followed(ask: Ask):
    with pytest.raises(ProviderUnavailable, match="HTTP 302"):
        await ask(raw(302, head="Location: http://127.0.0.1:9/elsewhere\r\n"))


@pytest.mark.parametrize(
    ("body", "where"), [("", "body"), ("<html>", "body"), ('{"number": "many"}', "number"), ("{}", "number")]
)
async def test_an_answer_that_cannot_be_read_is_an_outage(ask: Ask, body: str, where: str):
    """The system may have acted: only asking again tells."""
    with pytest.raises(ProviderUnavailable, match=f"not readable at {where}"):
        await ask(raw(200, body))


@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 200 X\r\nContent-Length: 99\r\n\r\n{", b"gibberish\r\n\r\n"]
)
async def test_a_broken_off_answer_is_an_outage(ask: Ask, reply: bytes):
    with pytest.raises(ProviderUnavailable):
        await ask(reply)


@pytest.mark.parametrize(
    "reply", [b"", raw(500), raw(400), raw(404), raw(404, '{"code": "not_found"}'), raw(200, "{}")]
)
async def test_no_error_quotes_the_address_asked(ask: Ask, reply: bytes):
    with pytest.raises((ProviderUnavailable, ProviderRefused, NotFound)) as error:
        await ask(reply)
    assert SECRET not in f"{error.value} {error.value.detail}"


async def test_a_trickle_ends_with_the_time_allowed():
    """Each byte comes in time, the whole answer never does."""

    async def trickle(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.01)
        except ConnectionError:
            writer.close()

    server = await asyncio.start_server(trickle, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    async with httpx2.AsyncClient() as client:
        system = HttpSystem("shop", f"http://{host}:{port}", client, timeout_seconds=0.2)
        with pytest.raises(ProviderUnavailable, match="TimeoutError"):
            await system.ask("an order", "/", Answer)
    server.close()
    await server.wait_closed()

"""A mail server that delivers to the inbox only; alone, `python -m sandbox.smtp_sink` prints what it gets."""

import argparse
import asyncio
import hashlib
import json
import signal
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.http import Refusal
from sandbox.inbox import Inbox
from sandbox.messages import FaultRule, Notice

HOST = "127.0.0.1"
ID_LENGTH_MAX = 200  # as for every other notice


class MailHandler:
    """What aiosmtpd asks at each SMTP command. E-mail's faults: `down` is a 451, `lost_after` hangs up."""

    def __init__(
        self, deliver: Callable[[Notice], None], is_dead: Callable[[str], bool], faults: Faults
    ) -> None:
        self._deliver = deliver
        self._is_dead = is_dead
        self._faults = faults

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse addresses that bounce before the mail is sent."""
        if self._is_dead(address):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the mail, once per recipient, or fail as ordered."""
        content = envelope.content
        mail = message_from_bytes(content if isinstance(content, bytes) else b"", policy=policy.default)
        fault = self._faults.pick("email", "send", {*envelope.rcpt_tos, _notice_id(mail)})
        if fault is not None and fault.kind == "down":
            return "451 4.3.0 try again later"
        for address in envelope.rcpt_tos:
            self._deliver(_notice(mail, address))
        return await self._reply(server, fault)

    async def _reply(self, server: SMTP, fault: FaultRule | None) -> str:
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.delay_seconds)
        if fault is not None and fault.kind == "lost_after" and server.transport is not None:
            server.transport.close()
        return "250 OK"


def _notice_id(mail: EmailMessage) -> str:
    """What the sender calls the notice, else its Message-ID, else a digest of the mail."""
    given = str(mail["X-Notice-Id"] or mail["Message-ID"] or "")
    return given if 0 < len(given) <= ID_LENGTH_MAX else hashlib.sha256(mail.as_bytes()).hexdigest()


def _notice(mail: EmailMessage, to: str) -> Notice:
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    return Notice(
        notice_id=_notice_id(mail),
        to=to,
        subject=str(mail["Subject"] or ""),
        body=plain.get_content() if plain else "",
        html=html.get_content() if html else None,
    )


async def start_sink(handler: MailHandler, port: int) -> asyncio.Server:
    """Listen on the loopback; port 0 takes a free one."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=True, hostname="sandbox"), HOST, port
    )


def inbox_handler(inbox: Inbox, clock: Clock, faults: Faults) -> MailHandler:
    """Mail goes to the inbox; addresses that it calls dead bounce."""

    def deliver(notice: Notice) -> None:
        # the address may have died between RCPT and DATA: the mail is then lost, as in life
        try:
            inbox.receive("email", notice, clock.now())
        except Refusal:
            return

    return MailHandler(deliver, lambda address: inbox.is_dead("email", address), faults)


async def _run(port: int) -> None:
    def show(notice: Notice) -> None:
        print(notice.model_dump_json(), flush=True)  # noqa: T201

    server = await start_sink(MailHandler(show, lambda _: False, Faults()), port)
    print(json.dumps({"host": HOST, "port": server.sockets[0].getsockname()[1]}), flush=True)  # noqa: T201
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    asyncio.run(_run(parser.parse_args().port))

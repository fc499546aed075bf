"""Customer mail by SMTP."""

import asyncio
import hashlib
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

import aiosmtplib

from domain.errors import ProviderRefused, ProviderUnavailable
from domain.notice_kinds import Channel
from providers.ports import Message

PERMANENT = 500  # SMTP replies from here on mean no, those below mean not now
SYSTEM = "mail"

# An address that can be written in a header and a command as it is; all others are nobody's.
_PLAIN = r"[^\x00-\x20\x7f@<>()\[\],;:\\\".]+"
ADDRESS = re.compile(rf"(?=.{{3,254}}$){_PLAIN}(\.{_PLAIN})*@{_PLAIN}(\.{_PLAIN})*")


@dataclass(frozen=True)
class SmtpServer:
    """Where mail goes out, and as whom. Without a user name nobody logs in; TLS is used where offered."""

    host: str
    port: int
    sender: str
    username: str | None = None
    password: str | None = None
    tls_from_start: bool = False


class SmtpEmail:
    """`MessagePort` for e-mail. The Message-ID follows from the notice, so a repeat is recognisable."""

    channel: Channel = "email"

    def __init__(self, server: SmtpServer, timeout_seconds: float) -> None:
        self._server = server
        self._timeout_seconds = timeout_seconds

    async def send(self, message: Message) -> str:
        """Send the mail; returns its Message-ID. A mailbox that is refused for good is `ProviderRefused`."""
        if not ADDRESS.fullmatch(message.to):
            raise _bounce("invalid_address")
        mail = self._mail(message)
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._hand_over(mail, message.to)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            # the error's own text quotes the address: only its kind and code are told
            raise _failure(error) from None
        return str(mail["Message-ID"])

    async def _hand_over(self, mail: EmailMessage, to: str) -> None:
        await aiosmtplib.send(
            mail,
            sender=self._server.sender,
            recipients=[to],
            hostname=self._server.host,
            port=self._server.port,
            username=self._server.username,
            password=self._server.password,
            use_tls=self._server.tls_from_start,
            timeout=self._timeout_seconds,
        )

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        digest = hashlib.sha256(message.notice_id.encode()).hexdigest()[:32]
        mail["From"] = self._server.sender
        mail["To"] = message.to
        mail["Subject"] = " ".join(message.subject.split())
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = f"<{digest}@{self._server.sender.rpartition('@')[2]}>"
        mail["X-Notice-Id"] = message.notice_id
        mail.set_content(message.body)
        if message.html is not None:
            mail.add_alternative(message.html, subtype="html")
        return mail


def _failure(error: Exception) -> ProviderRefused | ProviderUnavailable:
    """A refusal of this mailbox or this mail is a bounce; all else, our own login too, may yet pass."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        code = min(refused.code for refused in error.recipients)
    elif isinstance(error, aiosmtplib.SMTPRecipientRefused | aiosmtplib.SMTPDataError):
        code = error.code
    else:
        return ProviderUnavailable(
            f"the mail server did not take a mail: {type(error).__name__}", system=SYSTEM
        )
    if code >= PERMANENT:
        return _bounce("bounced", status=code)
    return ProviderUnavailable(f"the mail server put a mail off (SMTP {code})", system=SYSTEM, status=code)


def _bounce(reason: str, **detail: int) -> ProviderRefused:
    return ProviderRefused(f"the mail cannot be delivered: {reason}", system=SYSTEM, reason=reason, **detail)

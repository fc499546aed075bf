"""E-mail, SMS and push reach the inbox once per notice; dead addresses bounce."""

import pytest

from domain.errors import ProviderRefused, ProviderUnavailable
from domain.notice_kinds import Channel
from providers.email_smtp import SmtpEmail, SmtpServer
from providers.ports import Message
from providers.settings import Providers
from sandbox.client import SandboxClient
from sandbox.launch import SandboxProcess
from sandbox.messages import FaultRule

ADDRESSES: dict[Channel, str] = {"email": "a@shop.example", "sms": "+447700900001", "push": "token-1"}


def notice(merchant: str, to: str, **changed: str) -> Message:
    words = {"subject": "关于您的退货", "body": "包裹已签收。"} | changed
    return Message.model_validate({"notice_id": f"return:{merchant}:1:goods_received", "to": to} | words)


@pytest.mark.parametrize("channel", ADDRESSES)
async def test_a_message_arrives_as_it_was_written(
    sandbox: SandboxClient, providers: Providers, merchant: str, channel: Channel
):
    message = notice(merchant, ADDRESSES[channel])
    await providers.messages[channel].send(message)
    [arrived] = await sandbox.inbox(channel, notice_id=message.notice_id)
    assert (arrived.to, arrived.subject, arrived.body.strip()) == (message.to, message.subject, message.body)


@pytest.mark.parametrize("channel", ADDRESSES)
async def test_a_repeat_is_recognised(
    sandbox: SandboxClient, providers: Providers, merchant: str, channel: Channel
):
    message, port = notice(merchant, ADDRESSES[channel]), providers.messages[channel]
    assert port.channel == channel
    assert await port.send(message) == await port.send(message)
    [arrived] = await sandbox.inbox(channel, notice_id=message.notice_id)
    assert arrived.handed_over == 2


@pytest.mark.parametrize(
    ("channel", "reason"), [("email", "bounced"), ("sms", "dead_number"), ("push", "dead_token")]
)
async def test_a_dead_address_bounces_and_is_not_quoted(
    sandbox: SandboxClient, providers: Providers, merchant: str, channel: Channel, reason: str
):
    to = f"dead-{merchant}@shop.example"
    await sandbox.set_dead(channel, to)
    with pytest.raises(ProviderRefused) as bounce:
        await providers.messages[channel].send(notice(merchant, to))
    assert bounce.value.detail["reason"] == reason
    assert to not in f"{bounce.value} {bounce.value.detail}"
    assert await sandbox.inbox(channel, to=to) == []


async def test_a_mail_has_both_bodies(sandbox: SandboxClient, providers: Providers, merchant: str):
    message = notice(merchant, ADDRESSES["email"], html="<p>包裹已签收。</p>")
    reference = await providers.messages["email"].send(message)
    [arrived] = await sandbox.inbox("email", notice_id=message.notice_id)
    assert (arrived.body.strip(), (arrived.html or "").strip()) == (message.body, message.html)
    assert reference.startswith("<")
    assert reference.endswith("@casework.example>")


async def test_a_mailbox_may_have_a_chinese_name(sandbox: SandboxClient, providers: Providers, merchant: str):
    message = notice(merchant, f"顾客-{merchant}@shop.example")
    await providers.messages["email"].send(message)
    assert len(await sandbox.inbox("email", to=message.to)) == 1


async def test_a_subject_cannot_smuggle_a_header(sandbox: SandboxClient, providers: Providers, merchant: str):
    message = notice(merchant, ADDRESSES["email"], subject="Hello\r\nBcc: b@shop.example")
    await providers.messages["email"].send(message)
    [arrived] = await sandbox.inbox("email", notice_id=message.notice_id)
    assert (arrived.to, arrived.subject) == (message.to, "Hello Bcc: b@shop.example")


@pytest.mark.parametrize(
    "to",
    [
        "a@shop.example\r\nBcc: b@shop.example",
        "",
        "nobody",
        "a b@x.example",
        "a@[",
        "a@b@c",
        "a@" + "x" * 300,
    ],
)
async def test_an_address_that_is_none_is_refused(
    sandbox: SandboxClient, providers: Providers, merchant: str, to: str
):
    with pytest.raises(ProviderRefused):
        await providers.messages["email"].send(notice(merchant, to))
    assert await sandbox.inbox("email", notice_id=f"return:{merchant}:1:goods_received") == []


async def test_a_mail_that_was_put_off_may_come_again(
    sandbox: SandboxClient, providers: Providers, merchant: str
):
    await sandbox.set_faults("email", FaultRule(kind="down", first=1))
    message = notice(merchant, ADDRESSES["email"])
    with pytest.raises(ProviderUnavailable, match="451"):
        await providers.messages["email"].send(message)
    await providers.messages["email"].send(message)
    assert len(await sandbox.inbox("email", notice_id=message.notice_id)) == 1


async def test_our_own_failed_login_is_no_bounce(sandbox_process: SandboxProcess, merchant: str):
    """The sink offers no login; that is for the desk to repair, and the customer's address is fine."""
    server = SmtpServer(
        sandbox_process.smtp_host, sandbox_process.smtp_port, "desk@casework.example", "desk", "secret"
    )
    with pytest.raises(ProviderUnavailable):
        await SmtpEmail(server, 5).send(notice(merchant, ADDRESSES["email"]))


async def test_a_mail_server_that_is_not_there_is_unavailable(merchant: str):
    server = SmtpServer("127.0.0.1", 9, "desk@casework.example")
    with pytest.raises(ProviderUnavailable, match="SMTPConnectError"):
        await SmtpEmail(server, 5).send(notice(merchant, ADDRESSES["email"]))

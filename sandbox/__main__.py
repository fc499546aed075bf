"""Runs the sandbox: `python -m sandbox --port 0 --state DIR`; its first line of output says where it is."""

import argparse
import asyncio
import fcntl
import json
import logging
import signal
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import uvicorn
import yaml
from uvicorn.protocols.http.h11_impl import H11Protocol

from domain.staff.roster import Roster
from sandbox.app import build_app, open_world
from sandbox.oidc import MOUNT
from sandbox.oidc_state import AUDIENCE, CLIENT_ID, CLIENT_SECRET
from sandbox.orders_csv import load_orders
from sandbox.senders import write_secrets
from sandbox.smtp_sink import HOST, inbox_handler, start_sink


class HangUpProtocol(H11Protocol):
    """Gives each request its connection, so that a fault can close it without an answer."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection where requests find it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server(uvicorn.Server):
    """A uvicorn for which a signal is a wish to stop and no failure: the exit status is 0."""

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop on SIGTERM and SIGINT without raising them again."""
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def addresses(http_port: int, smtp_port: int, webhook_secret: str, sources_file: Path) -> dict[str, Any]:
    """Where everything listens, and the settings that make the desk use it."""
    url = f"http://{HOST}:{http_port}"
    return {
        "url": url,
        "smtp": {"host": HOST, "port": smtp_port},
        "env": {
            "CASEWORK_SHOP_URL": f"{url}/shop",
            "CASEWORK_PAYMENTS_URL": f"{url}/payments",
            "CASEWORK_PAYMENTS_WEBHOOK_SECRET": webhook_secret,
            "CASEWORK_WEBHOOK_SOURCES_FILE": str(sources_file),
            "CASEWORK_CARRIERS_URL": f"{url}/carriers",
            "CASEWORK_WAREHOUSE_URL": f"{url}/warehouse",
            "CASEWORK_SMS_URL": f"{url}/inbox/sms",
            "CASEWORK_PUSH_URL": f"{url}/inbox/push",
            "CASEWORK_SMTP_HOST": HOST,
            "CASEWORK_SMTP_PORT": str(smtp_port),
            "CASEWORK_OIDC_ISSUER": f"{url}{MOUNT}",
            "CASEWORK_OIDC_CLIENT_ID": CLIENT_ID,
            "CASEWORK_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "CASEWORK_OIDC_AUDIENCE": AUDIENCE,
        },
    }


def _claim(state: Path) -> BinaryIO:
    """Two sandboxes must not write one journal; the claim ends with the process, however it ends."""
    state.mkdir(parents=True, exist_ok=True)
    lock = (state / "lock").open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise ValueError(f"another sandbox runs on {state}; stop it or choose another --state") from None
    return lock


def _listen(port: int) -> socket.socket:
    # named as TCP, else asyncio does not switch off Nagle's delay and each answer takes 40 ms
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    listener.listen(512)
    return listener


async def run(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    lock = _claim(options.state)
    world = open_world(options.state)
    if options.orders is not None:
        load_orders(world.shop, options.orders, options.merchant)
    if options.staff is not None:
        world.oidc.know_staff(Roster.model_validate(yaml.safe_load(options.staff.read_bytes())))
    smtp = await start_sink(inbox_handler(world.inbox, world.clock, world.faults), options.smtp_port)
    listener = _listen(options.port)
    config = uvicorn.Config(
        build_app(world),
        http=HangUpProtocol,
        lifespan="off",
        log_level=logging.ERROR,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    ports = listener.getsockname()[1], smtp.sockets[0].getsockname()[1]
    where = addresses(*ports, world.accounts.gateway_webhook_secret, write_secrets(options.state.resolve()))
    print(json.dumps(where), flush=True)  # noqa: T201
    await Server(config).serve([listener])
    smtp.close()
    lock.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="HTTP port on the loopback; 0 takes a free one")
    parser.add_argument("--smtp-port", type=int, default=0, help="SMTP port; 0 takes a free one")
    parser.add_argument("--state", type=Path, required=True, help="folder of the journals")
    parser.add_argument("--orders", type=Path, help="a CSV of purchases to fill the shop with")
    parser.add_argument("--merchant", default="gifts", help="whose orders the CSV holds")
    parser.add_argument("--staff", type=Path, help="a YAML file of the staff that can sign in")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        asyncio.run(run(_options()))
    except (OSError, ValueError) as error:
        sys.exit(f"sandbox: {error}")

"""The customer's page over a desk of the tests, and links to cases of it."""

import asyncio
import re
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

from console.customer.app import build_app
from console.customer.desk import CustomerDesk
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.customer_links import LinkDesk
from starters.link_keys import LinkKeys, ensure_link_keys
from starters.serving import Server
from starters.witness import Witness
from store.audit import AuditLog
from store.case_archive import CaseArchive
from store.pool import Pool

AT = "http://127.0.0.1:8470"


class CustomerSite:
    """The page, and who makes links to it. `http` is a browser without scripts and cookies."""

    def __init__(self, pool: Pool, client: Client, folder: Path) -> None:
        self.links = LinkDesk(pool, LinkKeys(ensure_link_keys(folder / "link-keys.yaml")), AT)
        records = CaseRecords(pool)
        desk = CustomerDesk(self.links, records, CaseArchive(pool), Cases(client, records))
        self.app = build_app(desk, Witness(AuditLog(pool), "customer"))
        transport = httpx2.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"accept-language": "en"}
        self.http = httpx2.AsyncClient(
            transport=transport, base_url=AT, headers=headers, follow_redirects=True
        )

    async def link(self, case_id: str, **life: float) -> str:
        """The path of a new link to a case."""
        made = await self.links.make(
            case_id, "shop", datetime.now(UTC), life=timedelta(**(life or {"days": 1}))
        )
        return f"/c/{made.token}"

    async def page(self, path: str, status: int = 200) -> str:
        """A page's text."""
        answer = await self.http.get(path)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, path: str, ask: str, status: int = 200, **fields: str) -> str:
        """What the page's form for this would send, and the page after it."""
        page = await self.page(path)
        key = re.search(r'name="key" value="([^"]+)"', page)
        form = {"ask": ask, "key": key[1] if key else "none", "lang": "", **fields}
        answer = await self.http.post(path, data=form)
        assert answer.status_code == status, answer.text
        return answer.text


@asynccontextmanager
async def served(app: FastAPI) -> AsyncGenerator[str]:
    """The app on a free port of this machine, for a real browser."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = Server(
        uvicorn.Config(app, lifespan="off", log_config=None, access_log=False), on_stop=lambda: None
    )
    running = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await running

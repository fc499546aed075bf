"""The console over a database of the test's own, with somebody of the staff signed in."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx2
from temporalio.client import Client

from console.app import build_app
from console.desk import build_desk
from console.routers import ROUTERS
from console.sign_in import SignIn, install
from domain.access import BesideTheDesk, Claims
from domain.staff.roster import Roster
from starters.people import People
from starters.settings import Settings
from starters.temporal_client import connect
from starters.witness import Witness
from store.audit import AuditLog
from store.pool import Pool
from store.sessions import SessionLimits, Sessions
from store.staff import Staff
from tests.domain.staff.desk import content

AT = "http://127.0.0.1:8490"
LIMITS = SessionLimits(idle=timedelta(hours=1), most=timedelta(hours=2))


class Site:
    """A browser without JavaScript on a console."""

    def __init__(self, pool: Pool, client: Client) -> None:
        self._sessions = Sessions(pool, LIMITS)
        self._staff = Staff(pool)
        self.app = build_app(*ROUTERS)
        self.app.state.desk = build_desk(Settings(), client, pool)
        witness = Witness(AuditLog(pool), "console")
        # Nobody signs in anew here, so no provider is asked.
        install(self.app, SignIn(cast("Any", None), self._sessions, People(self._staff), witness))
        transport = httpx2.ASGITransport(self.app)
        self.http = httpx2.AsyncClient(transport=transport, base_url=AT, headers={"accept-language": "en"})

    async def sign_in(
        self,
        member: str = "lead-1",
        merchant: str | None = None,
        role: BesideTheDesk | None = None,
        *,
        seed: bool = True,
    ) -> None:
        """As somebody of the tests' staff, for all merchants or one."""
        if seed:
            await self._staff.seed(Roster.model_validate(content()))
        said = Claims(subject=member, name=member, merchant=merchant, role=role)
        secret = await self._sessions.start(said, datetime.now(UTC))
        self.http.cookies.set("casework_session", secret)

    async def page(self, address: str, status: int = 200, **params: str) -> str:
        """A page's text."""
        answer = await self.http.get(address, params=params or None)
        assert answer.status_code == status, answer.text
        return answer.text

    async def send(self, address: str, form: dict[str, Any], status: int = 200) -> str:
        """A form of one of our pages, with its token."""
        token = re.search(r'name="csrf" value="([^"]+)"', await self.page("/work"))
        assert token is not None
        answer = await self.http.post(address, data={"csrf": token[1], **form})
        assert answer.status_code == status, answer.text
        return answer.text


async def site_on(pool: Pool) -> Site:
    """For reading: its Temporal is never asked."""
    return Site(pool, await connect(Settings(), lazy=True))


def rows_of(page: str) -> list[str]:
    """The cases of a list, in its order."""
    return re.findall(r'data-row="([^"]+)"', page)

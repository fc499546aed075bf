"""`python -m console`: settings → store → pages, until told to stop."""

import httpx2

from console.app import build_app
from console.desk import build_desk
from console.routers import ROUTERS
from console.sign_in import build_sign_in, install
from starters import log
from starters.running import run_until_told
from starters.serving import serve
from starters.settings import Settings
from starters.temporal_client import connect
from store.board import Board
from store.boot_checks import check_store
from store.pool import create_pool


async def main() -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    client = await connect(settings, lazy=True)
    pool = await create_pool(settings.required_database_url(), application_name="casework-console")
    try:
        await check_store(pool)
        await Board(pool).fold_counts()
        async with httpx2.AsyncClient() as http:
            app = build_app(*ROUTERS)
            app.state.desk = build_desk(settings, client, pool)
            install(app, build_sign_in(settings, pool, http))
            await serve(app, settings.console_host, settings.console_port)
    finally:
        await pool.close()


if __name__ == "__main__":
    run_until_told(main)

"""`python -m console.customer`: settings → keys → store → the page, until told to stop."""

from console.customer.app import build_app
from console.customer.desk import CustomerDesk
from domain.errors import NotReady
from starters import log
from starters.case_records import CaseRecords
from starters.client import Cases
from starters.customer_links import build_link_desk
from starters.running import run_until_told
from starters.serving import serve
from starters.settings import Settings
from starters.temporal_client import connect
from starters.witness import Witness
from store.audit import AuditLog
from store.boot_checks import check_store
from store.case_archive import CaseArchive
from store.pool import create_pool


async def main() -> None:
    """Serve until SIGTERM or SIGINT; what is being answered is answered."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    if settings.customer_link_keys_file is None:
        raise NotReady("nobody could open the customer's page: set CASEWORK_CUSTOMER_LINK_KEYS_FILE")
    client = await connect(settings, lazy=True)
    pool = await create_pool(settings.required_database_url(), application_name="casework-customer")
    try:
        links = build_link_desk(settings, pool)
        await check_store(pool)
        records = CaseRecords(pool)
        cases = Cases(client, records, task_queue=settings.task_queue)
        desk = CustomerDesk(links, records, CaseArchive(pool), cases)
        app = build_app(desk, Witness(AuditLog(pool), "customer"))
        await serve(app, settings.customer_host, settings.customer_port)
    finally:
        await pool.close()


if __name__ == "__main__":
    run_until_told(main)

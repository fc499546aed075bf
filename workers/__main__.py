"""`python -m workers`: settings → store and outside world → checks → worker, until told to stop."""

import asyncio
import json
import signal
import sys

import structlog

from domain.policy.clock_rules import TOLD
from providers.ports import Contact
from providers.settings import build_providers, load_provider_settings
from starters import log
from starters.running import run_until_told
from starters.settings import Settings, StaffMember
from starters.temporal_client import connect
from store.boot_checks import check_store
from store.policy_library import PolicyLibrary
from store.pool import create_pool
from workers.boot_checks import check_temporal
from workers.schedules import ensure_schedules
from workers.worker import case_worker

# Whom the sandbox's mail sink takes the staff's mail for, where the settings name nobody.
SANDBOX_STAFF = {
    role: StaffMember(name=role.replace("_", " ").capitalize(), email=f"{role}@desk.example") for role in TOLD
}


async def main() -> None:
    """Run a worker; SIGTERM and SIGINT let it finish what it is doing."""
    settings = Settings()
    log.configure(settings.log_format, settings.log_level)
    stop = asyncio.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, stop.set)
    client = await connect(settings)
    await check_temporal(client)
    pool = await create_pool(settings.required_database_url(), application_name="casework-worker")
    providers = build_providers(load_provider_settings(**settings.providers()))
    try:
        await check_store(pool)
        library = PolicyLibrary(settings.policies_dir, settings.calendars_dir)
        async with case_worker(
            client,
            pool,
            providers,
            library,
            task_queue=settings.task_queue,
            build_id=settings.build_id,
            staff=staff_of(settings),
        ):
            await ensure_schedules(client, settings.task_queue)
            structlog.get_logger().info("worker polls", task_queue=settings.task_queue)
            # The supervisor reads this line: in one write, so that no other thread's log gets into it.
            sys.stdout.write(json.dumps({"ready": True}) + "\n")
            sys.stdout.flush()
            await stop.wait()
    finally:
        await providers.close()
        await pool.close()


def staff_of(settings: Settings) -> dict[str, Contact]:
    """How the roles that clocks tell are reached."""
    members = settings.staff or (SANDBOX_STAFF if settings.sandbox_url else {})
    return {role: Contact.model_validate(member.model_dump()) for role, member in members.items()}


if __name__ == "__main__":
    run_until_told(main)

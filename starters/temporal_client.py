"""The one way to a Temporal server: settings by Temporal's own files and variables, a bounded wait."""

import asyncio
import logging
import time
from functools import cache

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError

from domain.errors import NotReady
from starters.request_headers import SendsRequestHeaders
from starters.settings import Settings
from workflows.wire import data_converter

CONNECT_PATIENCE_SECONDS = 5.0
CONNECT_PAUSE_SECONDS = 0.2
DEFAULT_ADDRESS = "127.0.0.1:7233"


def configured() -> ClientConnectConfig:
    """What temporal.toml and `TEMPORAL_…` say; empty if nothing. Raises `NotReady` if they are wrong."""
    try:
        return ClientConfig.load_client_connect_config()
    except RuntimeError as error:
        raise NotReady(f"Temporal's settings cannot be read: {error}") from error


def is_configured() -> bool:
    """Whether somebody named a Temporal server, so that ours is not wanted."""
    return "target_host" in configured()


def target(settings: Settings) -> tuple[str, str]:
    """The address and the namespace that `connect` would use."""
    options = configured()
    address = options.get("target_host") or settings.running_temporal or DEFAULT_ADDRESS
    return address, options.get("namespace") or "default"


@cache
def quiet_runtime() -> Runtime:
    """The SDK's core, whose log goes through ours: by itself it writes to standard output, into answers."""
    logger = logging.getLogger("temporalio")
    forwarding = LogForwardingConfig(logger, append_log_fields_to_message=False)
    logs = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
    return Runtime(telemetry=TelemetryConfig(logging=logs))


async def connect(
    settings: Settings,
    *,
    address: str | None = None,
    patience_seconds: float = CONNECT_PATIENCE_SECONDS,
    lazy: bool = False,
) -> Client:
    """Connect to the configured server, else to the running `up`.

    With `address`, exactly there and without TLS, whatever is configured; `lazy` connects with the first
    call only. Raises `NotReady`.
    """
    options: ClientConnectConfig = {"target_host": address} if address else configured()
    if "target_host" not in options:
        options["target_host"] = settings.running_temporal or DEFAULT_ADDRESS
    give_up_at = time.monotonic() + patience_seconds
    while True:
        try:
            return await Client.connect(
                **options,
                data_converter=data_converter,
                interceptors=[SendsRequestHeaders()],
                lazy=lazy,
                runtime=quiet_runtime(),
            )
        except (RPCError, RuntimeError) as error:
            if time.monotonic() >= give_up_at:
                raise NotReady(
                    f"Temporal at {options['target_host']} does not answer ({error}); "
                    "start one with `./casework up`, or set TEMPORAL_ADDRESS or TEMPORAL_PROFILE"
                ) from error
        await asyncio.sleep(CONNECT_PAUSE_SECONDS)

"""Settings: by flag, else `CASEWORK_…`, else casework.toml, else what a running `up` wrote, else a default.

Temporal's address, TLS and API key are not here: they come from `temporal.toml`, `TEMPORAL_PROFILE` and
`TEMPORAL_ADDRESS`, as for every Temporal tool (`starters/temporal_client.py`).
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from domain.base import Model
from domain.errors import InvalidRequest, NotReady
from domain.orders import Language
from starters.engine_state import read_running

CHECKOUT = Path(__file__).resolve().parent.parent
ENV_PREFIX = "CASEWORK_"
PROVIDER_FIELDS = (
    "shop_url",
    "payments_url",
    "carriers_url",
    "warehouse_url",
    "sms_url",
    "push_url",
    "smtp_host",
)
LogFormat = Literal["auto", "console", "json"]
"""`auto` is `console` in a terminal and `json` elsewhere."""
LogLevel = Literal["debug", "info", "warning", "error"]


class ProviderFields(BaseSettings):
    """Where the outside systems are; `providers.settings` checks the values when they are used."""

    shop_url: str | None = None
    payments_url: str | None = None
    carriers_url: str | None = None
    warehouse_url: str | None = None
    sms_url: str | None = None
    push_url: str | None = None
    smtp_host: str | None = None
    smtp_port: int | None = None
    smtp_from: str | None = None
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls_from_start: bool | None = None
    label_carrier: str | None = None
    payments_key_window_hours: float | None = None
    payment_accounts_file: Path | None = None
    payments_webhook_secret: SecretStr | None = None
    provider_timeout_seconds: float | None = None


class StaffMember(Model):
    """How a role of the desk is reached; a group's address does it."""

    name: str
    email: str
    language: Language = "zh-CN"
    timezone: str = "Asia/Shanghai"


class Settings(ProviderFields):
    """Everything that differs from one installation to the next. An unknown key in the file is an error."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", frozen=True)

    state_dir: Path = CHECKOUT / ".casework"
    policies_dir: Path = CHECKOUT / "deploy" / "policies"
    calendars_dir: Path = CHECKOUT / "deploy" / "calendars"
    staff_file: Path = CHECKOUT / "deploy" / "staff.yaml"
    """Teams and members as `casework staff check` and `seed` read them."""
    task_queue: str = Field(default="casework", min_length=1)
    build_id: str | None = None
    """Names this build to Temporal's worker versioning; without it the worker is not versioned."""
    log_format: LogFormat = "auto"
    log_level: LogLevel = "info"
    staff: dict[str, StaffMember] = {}
    """Whom clocks tell, by the roles that the policies name (agent, lead, head), where no member is known."""
    reconcile_every_seconds: float = Field(default=300, gt=0)
    """How often the ledger is compared with the gateways."""
    reconcile_grace_seconds: float = Field(default=120, ge=0)
    """A refund on its way is left in peace for so long."""
    reconcile_patience_seconds: float = Field(default=600, ge=0)
    """How long a refund's workflow has to settle a difference before it is somebody's task."""
    reconcile_window_days: float = Field(default=3, gt=0)
    """Refunds that ended within it are compared again, each every `reconcile_again_hours`."""
    reconcile_again_hours: float = Field(default=6, ge=0)
    """Also the longest pause before a refund whose case does not hear is begun again."""
    reconcile_overdue_hours: float = Field(default=24, gt=0)
    """A refund that is on its way for longer is somebody's task."""
    reconcile_most: int = Field(default=500, ge=1)
    """So many refunds on their way, and as many that ended, per cycle."""
    reconcile_at_once: int = Field(default=8, ge=1)
    """So many questions to gateways at a time."""
    database_url: str | None = None
    running_temporal: str | None = None
    """Where a running `up` has its Temporal; used only when no Temporal setting names another."""
    temporal_ui_url: str | None = None
    http_host: str = "127.0.0.1"
    """Where `python -m starters.http` listens: the loopback, unless a proxy with TLS is elsewhere."""
    http_port: Annotated[int, Field(ge=0, le=65535)] = 8480
    """0 takes a free one."""
    http_url: str | None = None
    """Where the `up` that runs has it."""
    webhook_sources_file: Path | None = None
    """What carriers, shops and warehouses sign their webhooks with; without it they have no doors."""
    inbox_tries_max: Annotated[int, Field(ge=1)] = 100
    """A webhook that cannot be applied is a dead letter after so many tries; with these pauses, in a day."""
    inbox_pause_seconds: Annotated[float, Field(gt=0)] = 2
    """The pause before the second try; it doubles up to `inbox_pause_max_seconds`."""
    inbox_pause_max_seconds: Annotated[float, Field(gt=0)] = 900
    inbox_unknown_hours: Annotated[float, Field(ge=0)] = 1
    """A carrier's word on a parcel that nobody watches waits so long for the parcel to be announced."""
    inbox_gap_minutes: Annotated[float, Field(ge=0)] = 60
    """A warehouse's word waits so long for one that comes before it by its sequence."""
    inbox_kept_days: Annotated[float, Field(gt=0)] = 90
    """A repeat of a webhook that is done with is known for so long."""
    http_rate_requests: Annotated[int, Field(ge=0)] = 600
    """So many requests of each caller are answered within the window by one program; 0 is without a limit."""
    http_rate_window_seconds: Annotated[float, Field(gt=0)] = 60
    http_read_wait_seconds: Annotated[float, Field(gt=0)] = 5
    """A read with `?seq=` waits so long for that event to be stored; then it is `no_answer`."""
    intake_patience_seconds: Annotated[float, Field(gt=0)] = 3
    """An opening that Temporal does not answer in so long is kept, and started later."""
    console_host: str = "127.0.0.1"
    """Where `python -m console` listens, as `http_host`."""
    console_port: Annotated[int, Field(ge=0, le=65535)] = 8490
    """0 takes a free one."""
    console_url: str | None = None
    """Where the `up` that runs has it."""
    customer_host: str = "127.0.0.1"
    """Where `python -m console.customer` listens, as `http_host`."""
    customer_port: Annotated[int, Field(ge=0, le=65535)] = 8470
    """0 takes a free one."""
    customer_url: str | None = None
    """Where the `up` that runs has it."""
    customer_public_url: str | None = None
    """Where customers find their page, if that is not where it listens: links begin so."""
    customer_link_keys_file: Path | None = None
    """Keys that sign customers' links; without it there are none."""
    oidc_issuer: str | None = None
    """The OpenID provider of people; without one only systems with API keys are known."""
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_audience: str | None = None
    """What access tokens for the HTTP API are made out to; not the client's id."""
    oidc_subject_claim: str = "sub"
    """The claim with a member's id, which only the provider's administrators may write."""
    oidc_role_claim: str = "casework_role"
    oidc_merchant_claim: str = "casework_merchant"
    console_public_url: str | None = None
    """Where browsers find the console, if that is not where it listens."""
    session_idle_minutes: Annotated[float, Field(gt=0)] = 60
    """A session that nobody uses for so long ends."""
    session_hours: Annotated[float, Field(gt=0)] = 12
    """A session ends after this however much it is used."""
    sandbox_url: str | None = None
    """Where the make-believe outside world takes its orders and faults; unset in production."""

    def required_database_url(self) -> str:
        """The database; raises `NotReady` that says how to name one."""
        if self.database_url is None:
            raise NotReady("no database: start one with `./casework up`, or set CASEWORK_DATABASE_URL")
        return self.database_url

    def providers(self) -> dict[str, Any]:
        """What is set of the outside systems, for `providers.settings.load_provider_settings`."""
        values = {name: getattr(self, name) for name in ProviderFields.model_fields}
        return {name: value for name, value in values.items() if value is not None}

    def has_all_providers(self) -> bool:
        """Whether every outside system has an address, so that the sandbox is not wanted."""
        return all(getattr(self, name) for name in PROVIDER_FIELDS)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The order of precedence, highest first."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=config_file())
        return init_settings, env_settings, file, RunningEngineSource(settings_cls)


class RunningEngineSource(PydanticBaseSettingsSource):
    """The addresses of the `up` that runs in the state folder, if one does."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        """Not used: the source answers for all fields at once."""
        return None, field_name, False

    def __call__(self) -> dict[str, Any]:
        """The addresses, under the names of the settings."""
        default = Settings.model_fields["state_dir"].default
        running = read_running(Path(self.current_state.get("state_dir", default)))
        return running.addresses.model_dump(exclude_none=True) if running else {}


def config_file() -> Path:
    """The settings file: `CASEWORK_CONFIG`, else casework.toml in the checkout (which need not exist)."""
    named = os.environ.get(f"{ENV_PREFIX}CONFIG")
    if named and not Path(named).is_file():
        raise InvalidRequest(f"{ENV_PREFIX}CONFIG names {named}, which is not a file")
    return Path(named) if named else CHECKOUT / "casework.toml"


def without_password(url: str) -> str:
    """The URL as it may be printed."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@")))

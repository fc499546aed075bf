"""The outside systems' addresses come from the environment, and what is missing is named."""

import os

import pytest

from domain.errors import NotReady
from providers.settings import load_provider_settings
from sandbox.launch import SandboxProcess


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, sandbox_process: SandboxProcess) -> pytest.MonkeyPatch:
    """The environment that the sandbox says to set, and nothing else of ours."""
    for name in [name for name in os.environ if name.startswith("CASEWORK_")]:
        monkeypatch.delenv(name)
    for name, value in sandbox_process.env.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_the_sandboxs_environment_is_all_it_takes(sandbox_process: SandboxProcess):
    settings = load_provider_settings()
    assert settings.payments_url == f"{sandbox_process.url}/payments"
    assert settings.smtp_port == sandbox_process.smtp_port
    assert settings.provider_timeout_seconds == 15


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASEWORK_SHOP_URL", "shop.example"),
        ("CASEWORK_SMTP_PORT", "0"),
        ("CASEWORK_SMTP_FROM", "nobody"),
        ("CASEWORK_PROVIDER_TIMEOUT_SECONDS", "30"),
        ("CASEWORK_PAYMENTS_KEY_WINDOW_HOURS", "1"),
        ("CASEWORK_LABEL_CARRIER", "pigeon"),
    ],
)
def test_a_setting_that_cannot_be_is_named(environment: pytest.MonkeyPatch, name: str, value: str):
    environment.setenv(name, value)
    with pytest.raises(NotReady, match=name):
        load_provider_settings()


def test_missing_settings_are_named(environment: pytest.MonkeyPatch):
    environment.delenv("CASEWORK_SHOP_URL")
    environment.delenv("CASEWORK_SMTP_HOST")
    with pytest.raises(NotReady, match=r"CASEWORK_SHOP_URL.*CASEWORK_SMTP_HOST"):
        load_provider_settings()


def test_a_password_is_not_shown(environment: pytest.MonkeyPatch):
    environment.setenv("CASEWORK_SMTP_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load_provider_settings())

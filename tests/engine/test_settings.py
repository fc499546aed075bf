"""Which of several settings wins, and what is said about wrong ones."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from activities.names import TASK_QUEUE
from domain.errors import InvalidRequest, NotReady
from providers.settings import ProviderSettings
from starters.engine_state import EngineAddresses, EngineState, held_lock, read_running, write_state
from starters.settings import CHECKOUT, ProviderFields, Settings, without_password


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("CASEWORK_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CASEWORK_STATE_DIR", str(tmp_path))


@pytest.fixture
def settings_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    path = tmp_path / "casework.toml"
    path.write_text('database_url = "postgresql://file/x"\n')
    monkeypatch.setenv("CASEWORK_CONFIG", str(path))
    return path


def running_up(state_dir: Path) -> None:
    addresses = EngineAddresses(
        database_url="postgresql://up/x", running_temporal="up:7233", shop_url="http://up/shop"
    )
    state = EngineState(pid=1, phase="ready", started_at=datetime.now(UTC), addresses=addresses)
    write_state(state_dir, state)


def test_a_flag_wins_over_environment_file_running_up_and_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings_file: Path
) -> None:
    with held_lock(tmp_path) as held:
        assert held
        running_up(tmp_path)
        assert Settings().database_url == "postgresql://file/x"
        monkeypatch.setenv("CASEWORK_DATABASE_URL", "postgresql://env/x")
        assert Settings().database_url == "postgresql://env/x"
        assert Settings(database_url="postgresql://flag/x").database_url == "postgresql://flag/x"
        monkeypatch.delenv("CASEWORK_DATABASE_URL")
        settings_file.write_text("")
        assert Settings().database_url == "postgresql://up/x"
        assert Settings().running_temporal == "up:7233"
    assert Settings().database_url is None


def test_what_a_killed_up_left_behind_does_not_count(tmp_path: Path) -> None:
    with held_lock(tmp_path):
        running_up(tmp_path)
        assert read_running(tmp_path) is not None
    assert read_running(tmp_path) is None
    assert Settings().shop_url is None


def test_two_cannot_hold_one_state_folder(tmp_path: Path) -> None:
    with held_lock(tmp_path) as first, held_lock(tmp_path) as second:
        assert (first, second) == (True, False)


def test_the_state_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    running_up(tmp_path)
    assert (tmp_path / "engine.json").stat().st_mode & 0o077 == 0


def test_an_unknown_key_in_the_file_is_an_error(settings_file: Path) -> None:
    settings_file.write_text('databse_url = "postgresql://typo/x"\n')
    with pytest.raises(ValidationError, match="databse_url"):
        Settings()


def test_a_named_file_must_exist(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CASEWORK_CONFIG", str(tmp_path / "nowhere.toml"))
    with pytest.raises(InvalidRequest, match=r"nowhere\.toml"):
        Settings()


def test_without_a_database_it_says_how_to_get_one() -> None:
    with pytest.raises(NotReady, match="casework up"):
        Settings().required_database_url()


def test_every_setting_of_the_providers_can_be_set_here() -> None:
    assert set(ProviderFields.model_fields) == set(ProviderSettings.model_fields)


def test_only_what_is_set_is_handed_to_the_providers() -> None:
    settings = Settings(shop_url="http://shop.example", smtp_port=25)
    assert settings.providers() == {"shop_url": "http://shop.example", "smtp_port": 25}
    assert not settings.has_all_providers()


def test_the_default_task_queue_is_the_one_outsiders_know() -> None:
    assert Settings().task_queue == TASK_QUEUE


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("postgresql://desk:secret@db:5432/x", "postgresql://desk:***@db:5432/x"),
        ("postgresql://desk@db/x", "postgresql://desk@db/x"),
        ("127.0.0.1:7233", "127.0.0.1:7233"),
    ],
)
def test_a_password_is_not_printed(url: str, printed: str) -> None:
    assert without_password(url) == printed


def test_the_documents_table_has_every_setting() -> None:
    page = (CHECKOUT / "docs" / "how-to" / "run-against-real-servers.md").read_text(encoding="utf-8")
    written_by_up = {"running_temporal", "sandbox_url", "http_url", "console_url", "customer_url"}
    told = {word for line in page.splitlines() if line.startswith("| `") for word in line.split("`")[1::2]}
    assert set(Settings.model_fields) - written_by_up <= told

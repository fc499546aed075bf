"""Double 11 inside the demo: its policy joins the others when the day begins, for some seconds of it."""

import shutil
from pathlib import Path

import yaml

from demo.rhythm import Rhythm
from domain.base import UtcInstant
from domain.policy.policy import InForce
from store.policy_library import PolicyLibrary

SURGE = "demo-surge"


def own_policies(shipped: Path, folder: Path) -> Path:
    """The shipped policies in a folder of the demo's own; its surge comes when the day begins."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns(f"{SURGE}.yaml"))
    return folder


def surge_hour(library: PolicyLibrary, rhythm: Rhythm, begun: UtcInstant) -> InForce:
    """When the surge is in force in a demo that was begun then: its hour of the real day, as seconds."""
    hour = library.load(SURGE).in_force
    assert hour is not None
    return InForce(since=rhythm.moved(hour.since, begun), until=rhythm.moved(hour.until, begun))


def announce_surge(shipped: Path, folder: Path, hour: InForce) -> None:
    """Put the surge beside the other policies.

    Workers look into the folder whenever a case is opened, so none has to be started again.
    """
    content = yaml.safe_load((shipped / f"{SURGE}.yaml").read_text(encoding="utf-8"))
    content["in_force"] = {"since": hour.since.isoformat(), "until": hour.until.isoformat()}
    draft = folder / f"{SURGE}.draft"
    draft.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    draft.rename(folder / f"{SURGE}.yaml")  # whole or not at all

"""The pages of messages that are played beside docs/messages.md: kind, world and answers of each."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from domain.cases.kind import Kind
from domain.improvements.kind import IMPROVEMENT
from sandbox.client import SandboxClient
from store.pool import Pool
from tests.docs.documents import ROOT
from tests.starters.message_story import MERCHANT, Story, story
from tests.store.case_rows import put_case


@dataclass(frozen=True)
class World:
    """What a page's story may need: the outside, the store, and a merchant of its own."""

    sandbox: SandboxClient
    pool: Pool
    merchant: str


@dataclass(frozen=True)
class MessagePage:
    """A page whose commands are sent in its order. `answers`: example to number and message it answers."""

    document: Path
    kind: Kind[Any]
    set_the_scene: Callable[[World], Awaitable[None]]
    answers: Mapping[str, tuple[str, str]]

    @property
    def name(self) -> str:
        """The page, for tests' names and for its merchants'."""
        return self.document.stem

    def merchant(self, suffix: str = "") -> str:
        """A merchant that no other page plays at."""
        return f"{MERCHANT}-{self.name}{suffix}"

    def story(self, merchant: str) -> Story:
        """The page's story at that merchant, whose people hear of things at any hour of the day."""
        told = story(merchant, self.document)
        awake = {
            name: text.replace('"policy": "standard"', '"policy": "awake"')
            for name, text in told.files.items()
        }
        return Story(awake, told.steps)


async def _late_parcels(world: World) -> None:
    """Two cases of last week that the finding is made of."""
    late = {"category": "logistics", "carrier": "swift"}
    for case_id in (f"complaint:{world.merchant}:C-1", f"delivery:{world.merchant}:D-1"):
        await put_case(world.pool, case_id, datetime.now(UTC) - timedelta(days=7), late, is_open=False)


PAGES = [
    MessagePage(
        document=ROOT / "docs" / "messages-improvement.md",
        kind=IMPROVEMENT,
        set_the_scene=_late_parcels,
        answers={
            "answer-open-I-1001.json": ("I-1001", "open"),
            "answer-accept.json": ("I-1001", "accept"),
            "answer-progress.json": ("I-1001", "progress"),
            "answer-result.json": ("I-1002", ""),
        },
    ),
]

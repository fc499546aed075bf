"""On what a page is looked at: language, width, theme; and what must not happen meanwhile."""

from dataclasses import dataclass
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Response

from domain.orders import Language

Theme = Literal["light", "dark"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "en")
DESKTOP, PHONE, SMALL = 1440, 390, 320
HEIGHTS = {DESKTOP: 900}
PHONE_HEIGHT = 844
FAILED = 500


@dataclass(frozen=True)
class Screen:
    """A reader's language and the width of their window."""

    language: Language = "zh-CN"
    width: int = DESKTOP
    theme: Theme = "light"

    def __str__(self) -> str:
        dark = "-dark" if self.theme == "dark" else ""
        return f"{self.language}-{self.width}{dark}"

    async def context(self, browser: Browser) -> BrowserContext:
        """A browser profile of its own, in China; nothing moves, so that every picture is the same."""
        return await browser.new_context(
            viewport={"width": self.width, "height": HEIGHTS.get(self.width, PHONE_HEIGHT)},
            locale=self.language,
            timezone_id="Asia/Shanghai",
            color_scheme=self.theme,
            reduced_motion="reduce",
            has_touch=self.width < DESKTOP,
        )


def screens(*widths: int) -> list[Screen]:
    """Both languages at each of these widths."""
    return [Screen(language, width) for language in LANGUAGES for width in widths or (DESKTOP, PHONE)]


def watch(page: Page, trouble: list[str]) -> None:
    """Write down errors of scripts, what the content policy refused, and answers of 500 and above."""

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            trouble.append(f"console: {message.text}")

    def threw(error: Error) -> None:
        trouble.append(f"script: {error}")

    def answered(response: Response) -> None:
        if response.status >= FAILED:
            trouble.append(f"{response.status}: {response.url}")

    page.on("console", said)
    page.on("pageerror", threw)
    page.on("response", answered)

"""axe-core over a page that is shown: what it finds, as sentences."""

from importlib.resources import files
from typing import Any

from playwright.async_api import Page

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
# All of WCAG 2.2 AA and what axe calls best practice; the size of targets is off until asked for.
OPTIONS: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


async def violations(page: Page) -> list[str]:
    """One line per rule and element; nothing for a page that everybody can use."""
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate("options => axe.run(options)", OPTIONS)
    return [
        f"{rule['id']} ({rule['impact']}): {rule['help']}: {' '.join(map(str, node['target']))}: {_why(node)}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def _why(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)


async def check_accessible(page: Page) -> None:
    """Fail with all that axe finds, and where the page is wider than the window."""
    found = await violations(page)
    width = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if width > 0:
        found.append(f"the page is {width} px wider than the window")
    assert not found, "\n".join([page.url, *found])

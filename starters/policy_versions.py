"""Which policies there are, when each stands in for another, how many open cases are held to a version."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from domain.base import Model
from domain.policy import InForce, Policy
from domain.policy.policy import WindowState
from starters.moments import moment
from store.cases import OpenUnder

FileState = Literal["current", "earlier", "no_file"]


class PolicyVersion(Model):
    """A version of a policy; `file`: what the folder's file of that name says by now.

    `in_force` and `window` (where now lies) are an overlay's; `open_cases` is null without a store.
    """

    policy: str
    hash: str
    file: FileState
    extends: str | None = None
    in_force: InForce | None = None
    window: WindowState | None = None
    open_cases: int | None = None


def versions(
    policies: Iterable[Policy], held: Iterable[OpenUnder] | None, at: datetime
) -> list[PolicyVersion]:
    """The folder's policies, and after each the earlier versions that open cases are still held to."""
    counted = None if held is None else {(each.policy, each.policy_hash): each.open_cases for each in held}
    found = [_version(policy, counted, at) for policy in policies]
    names = {row.policy for row in found}
    shown = {(row.policy, row.hash) for row in found}
    found += [
        PolicyVersion(
            policy=name, hash=version, file="earlier" if name in names else "no_file", open_cases=count
        )
        for (name, version), count in (counted or {}).items()
        if (name, version) not in shown
    ]
    return sorted(found, key=lambda row: (row.policy, row.file != "current"))


def standing(extends: str | None, window: InForce | None, at: datetime) -> str | None:
    """In words, when an overlay stands in for what it extends; None for other policies."""
    if window is None or extends is None:
        return None
    match window.state(at):
        case "not_yet":
            return f"stands in for {extends} from {moment(window.since)}"
        case "now":
            return f"stands in for {extends} until {moment(window.until)}"
        case "over":
            return f"stood in for {extends} until {moment(window.until)}"


def _version(policy: Policy, counted: dict[tuple[str, str], int] | None, at: datetime) -> PolicyVersion:
    window = policy.in_force
    return PolicyVersion(
        policy=policy.name,
        hash=policy.hash,
        file="current",
        extends=policy.extends,
        in_force=window,
        window=window and window.state(at),
        open_cases=None if counted is None else counted.get((policy.name, policy.hash), 0),
    )

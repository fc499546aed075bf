"""The policies and published holidays that are shipped as files; every mistake names its file and line."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from domain.calendars import Snapshot
from domain.errors import CaseworkError, InvalidRequest, UnknownPolicy
from domain.policy import CaseProfile, Policy
from domain.policy.overlay import overlaid
from domain.sla import ClockSpec, ReplayCase
from store.policy_files import PolicyFile

CHECKOUT = Path(__file__).resolve().parent.parent
SUFFIX = ".yaml"


class PolicyLibrary:
    """Policies by name, by file or by hash. What was read is kept: a changed file needs a new library."""

    def __init__(self, policies_dir: Path, calendars_dir: Path) -> None:
        self._policies_dir = policies_dir
        self._calendars_dir = calendars_dir
        self._policies: dict[Path, Policy] = {}
        self._read_at = self._marks()

    def renewed(self) -> "PolicyLibrary":
        """This library, or a new one where some file of its folders has changed since it was made."""
        if self._marks() == self._read_at:
            return self
        return PolicyLibrary(self._policies_dir, self._calendars_dir)

    def _marks(self) -> list[tuple[str, int, int]]:
        """Each file with when it was written and how long it is."""
        files = sorted((*self._policies_dir.glob(f"*{SUFFIX}"), *self._calendars_dir.glob("*.json")))
        return [(str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files]

    @property
    def names(self) -> list[str]:
        """The policies of the folder."""
        return sorted(path.stem for path in self._policies_dir.glob(f"*{SUFFIX}"))

    @cached_property
    def snapshots(self) -> Mapping[str, Snapshot]:
        """The published holidays by name. Raises `InvalidRequest` for a broken file."""
        snapshots: dict[str, Snapshot] = {}
        for path in sorted(self._calendars_dir.glob("*.json")):
            try:
                snapshot = Snapshot.model_validate_json(path.read_bytes())
            except ValidationError as error:
                raise InvalidRequest(f"{path}: {_first_problem(error)}") from error
            snapshots[snapshot.name] = snapshot
        return snapshots

    def load(self, name_or_path: str) -> Policy:
        """A policy by its name, or from a file of any folder.

        A file is looked for here, then in the checkout, so that shipped policies are found from anywhere.
        Raises `UnknownPolicy`, and `InvalidRequest` that names file, line and why.
        """
        path = self._path(name_or_path)
        policy = self._policy(path)
        if _names_file(name_or_path) or policy.name == name_or_path:
            return policy
        where = _place(("name",), [PolicyFile.read(path)])
        raise InvalidRequest(f"{where}: name: {policy.name} must be called as its file, {name_or_path}")

    def check_window(self, name_or_path: str) -> Policy:
        """The policy, if no other one of the folder stands in for the same policy at the same time.

        Raises as `load` does.
        """
        policy = self.load(name_or_path)
        for name in self.names:
            try:
                other = self.load(name)
            except CaseworkError:
                continue  # it is checked by itself
            if policy.name != other.name and policy.clashes_with(other):
                where = _place(("in_force",), [PolicyFile.read(self._path(name_or_path))])
                raise InvalidRequest(
                    f"{where}: in_force: {other.name} stands in for {other.extends} at some of this time too"
                )
        return policy

    def _path(self, name_or_path: str) -> Path:
        if _names_file(name_or_path):
            found = next((path for path in _places(name_or_path) if path.is_file()), None)
            if found is None:
                raise UnknownPolicy(f"there is no policy file {name_or_path}")
            return found
        if name_or_path not in self.names:
            raise UnknownPolicy(f"there is no policy {name_or_path}; there is: {', '.join(self.names)}")
        return self._policies_dir / f"{name_or_path}{SUFFIX}"

    def by_hash(self, policy_hash: str) -> Policy:
        """The policy of the folder with this hash, or with one that begins so. Raises `UnknownPolicy`."""
        found = [policy for policy in map(self.load, self.names) if policy.hash.startswith(policy_hash)]
        if len(found) != 1 or not policy_hash:
            raise UnknownPolicy(f"there is no policy with the hash {policy_hash}")
        return found[0]

    def in_force(self, name: str, at: datetime) -> Policy:
        """The policy, or the overlay that stands in for it at that moment (sop R9). Raises as `load` does."""
        for policy in map(self.load, self.names):
            if policy.extends == name and policy.in_force is not None and policy.in_force.holds(at):
                return policy
        return self.load(name)

    def clocks(self, name_or_path: str, case: ReplayCase, at: datetime) -> ClockSpec:
        """The clocks of a policy for a case that opened at `at`, for a replay (contracts §1)."""
        given = case.model_dump(exclude_none=True)
        try:
            profile = CaseProfile.model_validate(given)
        except ValidationError as error:
            raise InvalidRequest(f"case.{_first_problem(error)}") from error
        return self.load(name_or_path).clocks(profile, self.snapshots)

    def _policy(self, path: Path) -> Policy:
        key = path.resolve()
        if key not in self._policies:
            self._policies[key] = self._read(path)
        return self._policies[key]

    def _read(self, path: Path) -> Policy:
        files = self._with_what_it_extends(path)
        content: dict[str, Any] = {}
        for file in reversed(files):
            content.pop("in_force", None)  # a draft that lies on an overlay is not in force by that
            content = overlaid(content, file.content)
        try:
            policy = Policy.model_validate(content)
        except ValidationError as error:
            raise InvalidRequest(_worst(error, files)) from error
        for name in policy.calendars:
            try:
                policy.calendar(name, self.snapshots)
            except CaseworkError as error:
                where = _place(("calendars", name, error.message.partition(":")[0]), files)
                raise type(error)(f"{where}: calendars.{name}.{error.message}") from error
        return policy

    def _with_what_it_extends(self, path: Path) -> list[PolicyFile]:
        """The file, then what it extends, and so on; bases lie beside it or in the library's folder."""
        files = [PolicyFile.read(path)]
        while (name := files[-1].content.get("extends")) is not None:
            where = _place(("extends",), files[-1:])
            bases = [folder / f"{name}{SUFFIX}" for folder in (path.parent, self._policies_dir)]
            base = next((base for base in bases if base.is_file()), None)
            if base is None:
                raise UnknownPolicy(f"{where}: extends: there is no policy {name}")
            if any(base.samefile(file.path) for file in files):
                raise InvalidRequest(f"{where}: extends: {name} extends itself")
            files.append(PolicyFile.read(base))
        return files


def _names_file(name_or_path: str) -> bool:
    return "/" in name_or_path or name_or_path.endswith(SUFFIX)


def _places(path: str) -> tuple[Path, Path]:
    return Path(path), CHECKOUT / path


def _first_problem(error: ValidationError) -> str:
    return _told(error.errors(include_url=False)[0], error.error_count())


def _told(problem: ErrorDetails, count: int) -> str:
    where = ".".join(str(part) for part in problem["loc"]) or "file"
    more = f" (and {count - 1} more)" if count > 1 else ""
    return f"{where}: {problem['msg'].removeprefix('Value error, ')}{more}"


def _worst(error: ValidationError, files: Sequence[PolicyFile]) -> str:
    """File, line and why. What is written comes first: what is missing may be the same slip of the pen."""
    problems = error.errors(include_url=False)
    written = (problem for problem in problems if problem["type"] != "missing")
    problem = next(written, problems[0])
    return f"{_place(problem['loc'], files)}: {_told(problem, len(problems))}"


def _place(loc: Sequence[str | int], files: Sequence[PolicyFile]) -> str:
    """File and line that say it last: the overlay where it speaks of it, else what it extends."""
    depth_and_line = [(*file.find(loc), file.path) for file in files]
    _, line, path = max(depth_and_line, key=lambda found: found[0])
    return f"{path}:{line}"

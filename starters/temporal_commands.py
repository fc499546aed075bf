"""The `temporal` commands that do what ours do, ready to be pasted into a shell (contracts §5)."""

import json
import shlex
from dataclasses import dataclass

from pydantic import BaseModel

from activities.names import TASK_QUEUE, WEATHER_RELIEF, WORKFLOW_TYPES
from activities.starting import PRIORITY_KEYS, attributes_of, details_of, reuse_policy, summary_of
from domain.cases.messages import OpenCase
from domain.weather.messages import AnnounceWeather
from starters.updates import NAMES

REUSE = {"ALLOW_DUPLICATE": "AllowDuplicate", "ALLOW_DUPLICATE_FAILED_ONLY": "AllowDuplicateFailedOnly"}


@dataclass(frozen=True)
class TemporalCommands:
    """Commands for one server, namespace and task queue. TLS and keys come from the environment."""

    address: str
    namespace: str = "default"
    task_queue: str = TASK_QUEUE

    def open(self, start: OpenCase, key: str) -> str:
        """Start the case unless it runs, and wait for the answer of `open`."""
        words = ["workflow execute-update-with-start", *self._where(start.case_id)]
        words += [f"--type {WORKFLOW_TYPES[start.kind]}", f"--task-queue {shlex.quote(self.task_queue)}"]
        words += ["--id-conflict-policy UseExisting"]
        words += [f"--id-reuse-policy {REUSE[reuse_policy(start).name]}"]
        words += [
            f"--search-attribute {shlex.quote(f'{name}={json.dumps(value)}')}"
            for name, value in attributes_of(start).items()
        ]
        if start.priority is not None:
            words += [f"--priority-key {PRIORITY_KEYS[start.priority]}"]
        words += [f"--static-summary {shlex.quote(summary_of(start))}"]
        words += [f"--static-details {shlex.quote(details_of(start))}"]
        content = _json(start)
        words += [f"--input {content}"]
        words += [
            "--update-name open",
            f"--update-id {shlex.quote(key)}",
            f"--update-input {content}",
        ]
        return _joined(words)

    def weather(self, window: AnnounceWeather, key: str) -> str:
        """Announce a window of extreme weather, unless it was."""
        words = ["workflow execute-update-with-start", *self._where(window.window_id)]
        words += [f"--type {WEATHER_RELIEF}", f"--task-queue {shlex.quote(self.task_queue)}"]
        words += ["--id-conflict-policy UseExisting", "--id-reuse-policy AllowDuplicateFailedOnly"]
        content = _json(window)
        words += [f"--input {content}", "--update-name announce", f"--update-id {shlex.quote(key)}"]
        return _joined([*words, f"--update-input {content}"])

    def update(self, case_id: str, request: BaseModel, key: str) -> str:
        """Send an update and wait for its answer."""
        words = ["workflow update execute", *self._where(case_id)]
        words += [f"--name {NAMES[type(request)]}", f"--update-id {shlex.quote(key)}"]
        return _joined([*words, f"--input {_json(request)}"])

    def query(self, case_id: str, name: str) -> str:
        """Ask a case."""
        return _joined(["workflow query", *self._where(case_id), f"--type {name}"])

    def _where(self, case_id: str) -> list[str]:
        return [
            f"--address {shlex.quote(self.address)} --namespace {shlex.quote(self.namespace)}",
            f"--workflow-id {shlex.quote(case_id)}",
        ]


def _json(message: BaseModel) -> str:
    plain = message.model_dump(mode="json", exclude_unset=True)
    return shlex.quote(json.dumps(plain, ensure_ascii=False))


def _joined(words: list[str]) -> str:
    return " \\\n  ".join([f"temporal {words[0]}", *words[1:]])

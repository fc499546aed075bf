"""What a workflow's code commands, read from its source: a change of this list changes histories."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workflows

ROOM = Path(workflows.__path__[0])
FINGERPRINTS = Path(__file__).with_name("fingerprints.json")

EVERY_CASE = (
    "case_work",
    "case_facts",
    "case_staff",
    "case_money",
    "case_links",
    "case_terms",
    "case_requests",
    "case_desk",
    "case_messages",
    "alarm",
    "recorder",
    "local_first",
)
MODULES = {
    "ReturnCase": ("return_case", "return_desk", "way_back", "workshop", "money_ahead", *EVERY_CASE),
    "ComplaintCase": ("complaint_case", "complaint_messages", "complaint_desk", *EVERY_CASE),
    "ShipmentWatch": ("shipment_watch", "shipment_desk", *EVERY_CASE),
    "DeliveryException": ("delivery_exception", "delivery_desk", *EVERY_CASE),
    "CarrierClaim": ("carrier_claim", "claim_desk", *EVERY_CASE),
    "Improvement": ("improvement", "improvement_desk", *EVERY_CASE),
    "Refund": ("refund", "local_first"),
    "WeatherRelief": ("weather_relief", "local_first"),
    "Watchdog": ("watchdog",),
}

PASSES_ON = frozenset({"request_headers"})
"""Modules that change what goes beside a command, and command nothing themselves."""

COMMANDS = (
    "continue_as_new",
    "deprecate_patch",
    "execute_activity",
    "execute_activity_method",
    "execute_child_workflow",
    "execute_local_activity",
    "execute_local_activity_method",
    "local_first",
    "patched",
    "signal",
    "sleep",
    "spawn",
    "spawn_to_end",
    "start_activity",
    "start_activity_method",
    "start_child_workflow",
    "start_local_activity",
    "upsert_search_attributes",
)


def all_fingerprints() -> dict[str, list[str]]:
    """The commands of every workflow, in the order of the source."""
    return {
        name: [command for module in modules for command in commands(module)]
        for name, modules in MODULES.items()
    }


def commands(module: str) -> Iterator[str]:
    """`function: command(what)` of a module of the room `workflows`."""
    tree = ast.parse((ROOM / f"{module}.py").read_text(encoding="utf-8"))
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and (name := _command(call)):
                    what = ast.unparse(call.args[0]) if call.args else ""
                    yield f"{module}.{function.name}: {name}({what})"


def _command(call: ast.Call) -> str | None:
    """The command that a call gives; a wait gives one, a timer, only with a timeout."""
    name = ast.unparse(call.func).rpartition(".")[2]
    if name == "wait_condition" and any(each.arg == "timeout" for each in call.keywords):
        return name
    return name if name in COMMANDS else None

"""How commands read their input, print their answer and fail: status 0 is done, 1 is no, 2 is bad input."""

import gc
import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.errors import CaseworkError, NotFound, Refused
from domain.invalid import where_and_why

P = ParamSpec("P")
R = TypeVar("R")
M = TypeVar("M", bound=BaseModel)

DONE, NO, BAD_INPUT = 0, 1, 2


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, as `path.to.field: why`, on one line."""
    where, why = where_and_why(error, whole="input")
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{where}: {why}{more}"


def read_text(path: str) -> str:
    """The file's text; `-` reads standard input."""
    if path == "-":
        return sys.stdin.read()
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"{path}: {error}")


def read_model(path: str, model: type[M]) -> M:
    """The file as the model, or one line that says where it is wrong and exit status 2."""
    try:
        return TypeAdapter(model).validate_json(read_text(path), strict=False)
    except ValidationError as error:
        fail(f"{path}: {first_problem(error)}")


def print_json(value: BaseModel | dict[str, Any] | list[Any], *, exclude_unset: bool = False) -> None:
    """Print one JSON document, Chinese as Chinese."""
    if isinstance(value, BaseModel):
        print(value.model_dump_json(indent=2, exclude_unset=exclude_unset))
    else:
        print(json.dumps(value, ensure_ascii=False, indent=2))


@contextmanager
def no_collection() -> Generator[None]:
    """Look for no garbage while a large file becomes objects that all stay: that took half of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def fail(message: str, status: int = BAD_INPUT) -> NoReturn:
    """One line on standard error, and out."""
    print(f"casework: {message}".replace("\n", " "), file=sys.stderr)
    raise typer.Exit(status)


def reports_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Turn typed errors into one line and a status: 1 for a refusal or a miss, 2 for the rest."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except CaseworkError as error:
            status = NO if isinstance(error, Refused | NotFound) else BAD_INPUT
            fail(f"{error.code}: {error.message}", status)
        except ValidationError as error:
            fail(first_problem(error))

    return guarded

"""Reads YAML files that hold secrets: what is wrong is said by place, never with what stands there."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.errors import NotReady

T = TypeVar("T")


def read_secrets(file: Path, model: TypeAdapter[T]) -> T:
    """The file as the model; raises `NotReady` that says what is wrong where, never a secret."""
    try:
        return model.validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise NotReady(f"{file.name}: {type(error).__name__}; it must be readable YAML") from None
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"
            for each in error.errors(include_url=False, include_input=False, include_context=False)
        ]
        raise NotReady(f"{file.name}: {'; '.join(problems)}") from None

"""The keys that sign customers' links: a YAML file that only operations read, the newest key first.

The first key signs, all of them verify: a new one is put before the others, and an old one is taken out when
the last link that it signed has expired. The file is read again when it changes, so no program need restart.
"""

import os
import secrets
from pathlib import Path
from typing import Annotated

import yaml
from joserfc.jwk import OctKey
from pydantic import AfterValidator, Field, SecretStr, TypeAdapter, ValidationError

from domain.base import Model, Slug
from domain.errors import NotReady

SECRET_CHARS_MIN = 32
"""RFC 7518 §3.2: a key for HS256 is as long as the hash at least."""
SECRET_BYTES = 32


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value().strip().encode()) < SECRET_CHARS_MIN:
        raise ValueError(
            f"a secret has at least {SECRET_CHARS_MIN} signs; `openssl rand -base64 32` makes one"
        )
    return secret


class LinkKey(Model):
    """A key; `id` stands in every token that it signs."""

    id: Slug
    secret: Annotated[SecretStr, AfterValidator(_long_enough)]


_keys = TypeAdapter(Annotated[list[LinkKey], Field(min_length=1)])


class LinkKeys:
    """The keys in a file. All calls raise `NotReady` while it cannot be read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._keys: dict[str, OctKey] = {}
        self._read()

    def signing(self) -> tuple[str, OctKey]:
        """The key that signs, with its id."""
        self._read()
        return next(iter(self._keys.items()))

    def verifying(self, key_id: str) -> OctKey | None:
        """The key of this id; None for one that there is not, or not any more."""
        self._read()
        return self._keys.get(key_id)

    def _read(self) -> None:
        try:
            now = self._path.stat()
            if (changed := (now.st_mtime_ns, now.st_size)) == self._seen:
                return
            text = self._path.read_text(encoding="utf-8")
        except OSError as error:
            raise NotReady(f"CASEWORK_CUSTOMER_LINK_KEYS_FILE: {self._path}: {error.strerror}") from None
        self._keys = _parsed(text, self._path)
        self._seen = changed


def _parsed(text: str, path: Path) -> dict[str, OctKey]:
    where = f"CASEWORK_CUSTOMER_LINK_KEYS_FILE: {path}"
    try:
        keys = _keys.validate_python(yaml.safe_load(text))
    except yaml.YAMLError:
        raise NotReady(f"{where}: is not YAML") from None
    except ValidationError as error:
        # Only where and why: what was given is a secret.
        first = error.errors(include_url=False, include_input=False)[0]
        raise NotReady(f"{where}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    found = {key.id: OctKey.import_key(key.secret.get_secret_value().strip()) for key in keys}
    if len(found) < len(keys):
        raise NotReady(f"{where}: two keys have the same id")
    return found


def ensure_link_keys(path: Path) -> Path:
    """A file with a key of its own, made if there is none; only its owner reads it."""
    if not path.exists():
        key = f'- id: "1"\n  secret: "{secrets.token_urlsafe(SECRET_BYTES)}"\n'
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(key)
    return path

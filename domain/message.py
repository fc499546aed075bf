"""Whatever is sent to a workflow says which version of its schema it speaks."""

from pydantic import Field, field_validator

from domain.base import Model

SCHEMA_VERSION = 1


class Message(Model):
    """Anything that is sent to a case. A version from the future is refused, not guessed at."""

    schema_version: int = Field(
        default=SCHEMA_VERSION, json_schema_extra={"minimum": 1, "maximum": SCHEMA_VERSION}
    )

    @field_validator("schema_version")
    @classmethod
    def _is_known(cls, version: int) -> int:
        if not 1 <= version <= SCHEMA_VERSION:
            raise ValueError(f"unsupported_schema: this program speaks versions 1 to {SCHEMA_VERSION}")
        return version

"""From a model's validation error to the typed error that names the field and says why."""

from pydantic import ValidationError

from domain.errors import InvalidRequest, UnsupportedSchema


def invalid_request(error: ValidationError) -> InvalidRequest:
    """The first thing that is wrong, without the value that was given: it may be personal."""
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"]) or "message"
    why = problem["msg"].removeprefix("Value error, ")
    if why.startswith("unsupported_schema"):
        return UnsupportedSchema(f"{where}: {why}", field=where)
    return InvalidRequest(f"{where}: {why}", field=where)

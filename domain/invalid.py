"""From a model's validation error to one line, or to the typed error, that names the field and says why."""

from pydantic import ValidationError

from domain.errors import InvalidRequest, UnsupportedSchema


def where_and_why(error: ValidationError, whole: str = "message") -> tuple[str, str]:
    """The place and the reason of the first problem, without the value given: it may be personal.

    `whole` names the place of a problem that is no single field's.
    """
    problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(part) for part in problem["loc"])
    why = problem["msg"].removeprefix("Value error, ").replace("\n", " ")
    return where or whole, why


def invalid_request(error: ValidationError) -> InvalidRequest:
    """The typed error for a message that is not as it should be."""
    where, why = where_and_why(error)
    if why.startswith("unsupported_schema"):
        return UnsupportedSchema(f"{where}: {why}", field=where)
    return InvalidRequest(f"{where}: {why}", field=where)

"""How the sandbox's parts read requests and say no."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

M = TypeVar("M", bound=BaseModel)


class Refusal(Exception):
    """A part says no: an HTTP status, a stable code, and a sentence."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status = status
        self.code = code
        super().__init__(message)


def not_found(what: str) -> Refusal:
    """There is no such thing here."""
    return Refusal(404, "not_found", f"there is no such {what}")


async def read(request: Request, model: type[M]) -> M:
    """The request's body as the model; raises `Refusal`."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"]) or "body"
        raise Refusal(400, "invalid_request", f"{where}: {problem['msg']}") from None


def answer(model: BaseModel, status: int = 200) -> Response:
    """One thing as JSON."""
    return Response(model.model_dump_json(), status, media_type="application/json")


def answer_all(name: str, models: list[M]) -> Response:
    """Many things as JSON under one name; what a journal calls its entries stays in the journal."""
    return JSONResponse({name: [model.model_dump(mode="json", exclude={"entry"}) for model in models]})


def say_refusal(refusal: Refusal) -> Response:
    """The answer to a `Refusal`."""
    return JSONResponse({"code": refusal.code, "message": str(refusal)}, refusal.status)

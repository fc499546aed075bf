"""Asks an outside system over HTTP and turns whatever goes wrong into the house's errors, in one place."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

from domain.base import Model
from domain.errors import CaseworkError, NotFound, OutOfStock, ProviderRefused, ProviderUnavailable

M = TypeVar("M", bound=BaseModel)

# Answers that say "not now" rather than "no".
TRY_AGAIN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)

REFUSALS: dict[str, type[ProviderRefused]] = {"out_of_stock": OutOfStock}


Body = BaseModel | Mapping[str, object]


class _Problem(Model):
    code: str


class HttpSystem:
    """One outside system at one address. `timeout_seconds` bounds the whole exchange, not each read."""

    def __init__(self, name: str, base_url: str, client: httpx2.AsyncClient, timeout_seconds: float) -> None:
        self.name = name
        self._base_url = base_url.rstrip("/")
        self._client = client
        self._timeout_seconds = timeout_seconds

    async def ask(self, what: str, path: str, model: type[M], *, missing: type[NotFound] | None = None) -> M:
        """GET `path` as the model.

        `what` is told in errors and holds no personal data. A 404 is `missing` if given. Raises
        `ProviderUnavailable` and `ProviderRefused`.
        """
        return self._read(what, await self._exchange("GET", what, path, None, missing), model)

    async def tell(self, what: str, path: str, body: Body, model: type[M]) -> M:
        """POST the body to `path` and read the answer as the model; raises as `ask` does."""
        return self._read(what, await self._exchange("POST", what, path, body), model)

    async def notify(self, what: str, path: str, body: Body) -> None:
        """POST the body to `path` for no answer; raises as `ask` does."""
        await self._exchange("POST", what, path, body)

    async def _exchange(
        self,
        method: Literal["GET", "POST"],
        what: str,
        path: str,
        body: Body | None,
        missing: type[NotFound] | None = None,
    ) -> httpx2.Response:
        content = body.model_dump(mode="json") if isinstance(body, BaseModel) else body
        try:
            async with asyncio.timeout(self._timeout_seconds):
                response = await self._client.request(method, self._base_url + path, json=content)
        except (httpx2.RequestError, TimeoutError) as error:
            # the error's own text may quote the request: only its kind is told
            raise self._unavailable(what, type(error).__name__) from None
        if response.is_success:
            return response
        raise self._failure(what, response, missing)

    def _failure(self, what: str, response: httpx2.Response, missing: type[NotFound] | None) -> CaseworkError:
        """What an answer that is no success means.

        A no counts only with its reason: a bare one comes from something in between or from a wrong address,
        and must not make anybody believe that there is no order or that a refund failed for good.
        """
        status = response.status_code
        if response.is_server_error or response.is_redirect or status in TRY_AGAIN:
            return self._unavailable(what, f"HTTP {status}", status=status)
        try:
            reason = _Problem.model_validate_json(response.content, extra="ignore").code
        except ValidationError:
            return self._unavailable(what, f"HTTP {status} without a reason", status=status)
        if status == HTTPStatus.NOT_FOUND and missing is not None:
            return missing(f"{self.name} does not know {what}", system=self.name)
        refusal = REFUSALS.get(reason, ProviderRefused)
        message = f"{self.name} refused {what}: {reason} (HTTP {status})"
        return refusal(message, system=self.name, reason=reason, status=status)

    def _unavailable(self, what: str, why: str, **detail: int) -> ProviderUnavailable:
        return ProviderUnavailable(
            f"{self.name} did not answer for {what}: {why}", system=self.name, **detail
        )

    def _read(self, what: str, response: httpx2.Response, model: type[M]) -> M:
        """The answer as the model. Answers may grow: what we do not know we do not read.

        The system may have acted, so an unreadable answer is an unknown one. Only the place of the first
        problem is told, not its value.
        """
        try:
            return model.model_validate_json(response.content, extra="ignore")
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "body"
            raise self._unavailable(what, f"its answer is not readable at {where}") from None


def path(*parts: str) -> str:
    """A path of these parts, each quoted whole: an id with a slash, or of dots only, stays one part."""
    quoted = (quote(part, safe="") for part in parts)
    return "/" + "/".join("%2E" * len(part) if part in (".", "..") else part for part in quoted)

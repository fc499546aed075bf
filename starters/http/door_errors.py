"""What is wrong with a request before any case hears of it."""

from domain.errors import CaseworkError, InvalidRequest, NotFound


class KeyMissing(InvalidRequest):
    """The request has no idempotency key, so that it could not be sent again without being done again."""

    code = "idempotency_key_missing"


class BodyTooLarge(InvalidRequest):
    """The request's body is larger than any case needs."""

    code = "body_too_large"


class UnsupportedMediaType(InvalidRequest):
    """The request's body is not sent as JSON."""

    code = "unsupported_media_type"


class MethodNotAllowed(NotFound):
    """There is something at this address, but not by this method."""

    code = "method_not_allowed"


class RateLimited(CaseworkError):
    """The caller asks more often than they may; nothing was done."""

    code = "rate_limited"

"""What is wrong with a request before any case hears of it."""

from domain.errors import InvalidRequest


class KeyMissing(InvalidRequest):
    """The request has no idempotency key, so that it could not be sent again without being done again."""

    code = "idempotency_key_missing"


class BodyTooLarge(InvalidRequest):
    """The request's body is larger than any case needs."""

    code = "body_too_large"


class UnsupportedMediaType(InvalidRequest):
    """The request's body is not sent as JSON."""

    code = "unsupported_media_type"

"""What identifies a request's content, so that the same key with other content is known as a conflict."""

import hashlib
import json

from pydantic import BaseModel

DIGEST_LENGTH = 16


def digest(request: BaseModel) -> str:
    """The same content gives the same digest in any process; so does only the same kind of request.

    Fields at their defaults are left out: saying a default aloud changes nothing, and neither does a field
    that a later version adds.
    """
    plain = request.model_dump(mode="json", exclude_defaults=True)
    content = type(request).__name__ + json.dumps(plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:DIGEST_LENGTH]

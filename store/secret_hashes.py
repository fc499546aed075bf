"""What is kept of a secret that somebody has."""

import hashlib


def hash_of(secret: str) -> bytes:
    """Of one with 256 bits by chance: no slow hash makes it harder to guess."""
    return hashlib.sha256(secret.encode()).digest()

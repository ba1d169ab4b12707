"""Names that tell nothing: signs of a keyed hash."""

from __future__ import annotations

import hashlib
import hmac

_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread


def signs(key: str, name: str) -> str:
    """The signs of a pseudonym: 32 of them, always the same for a name and a key.

    >>> signs("key", "Ann") == signs("key", "Ann") != signs("other", "Ann")
    True
    """
    digest = hmac.new(key.encode(), name.encode(), hashlib.sha256).digest()
    return "".join(_SIGNS[byte % len(_SIGNS)] for byte in digest)

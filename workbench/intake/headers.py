"""Names of columns and sheets as they are looked up: whatever their width, case and blanks."""

from __future__ import annotations

import unicodedata


def folded(name: str) -> str:
    """A header as it is looked up.

    >>> folded(" Respondent ID "), folded("ｉｄ")
    ('respondent_id', 'id')
    """
    plain = unicodedata.normalize("NFKC", name).strip().casefold()
    return plain.replace(" ", "_").replace("-", "_")

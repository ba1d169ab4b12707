"""What looks like personal data in texts of a client, and texts without it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import numpy.typing as npt

PERSONAL = re.compile(
    r"(?<!\d)\d{17}[\dXx](?![\dA-Za-z])|(?<!\d)1[3-9]\d{9}(?!\d)|[\w.+-]+@[\w-]+\.[\w.-]+")
"""What looks like an identity number, a telephone number or a mail address."""

_MAIL = PERSONAL.pattern.rpartition("|")[2]
_PHONE = r"1[3-9]\d{9}"
_IDENTITY = (r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST = "10X98765432"
_RUNNING = 1_000  # numbers per id: telephone numbers of customers lie much farther apart


def masked(text: str) -> str:
    """A text of the client without what looks like personal data, fit for a message.

    >>> masked("Call 13800138000 or who@example.com")
    'Call *** or ***'
    """
    return PERSONAL.sub("***", text)


def personal_ids(ids: pd.Series) -> npt.NDArray[np.bool_]:
    """Which case ids are a mail address, a telephone number or an identity number of China.

    A long number is an identity number only where its date and its check digit are right, and
    numbers of eleven digits that run on are no telephone numbers: both are usual as document ids.

    >>> personal_ids(pd.Series(["who@example.com", "13800138000", "202403050000000001"])).tolist()
    [True, True, False]
    """
    mails = ids.str.contains(_MAIL, regex=True).to_numpy(dtype=bool).copy()
    phones = ids.str.fullmatch(_PHONE).to_numpy(dtype=bool).copy()
    if phones.any():
        numbers = np.unique(ids[phones].astype("int64").to_numpy())
        running = len(numbers) > 1 and numbers[-1] - numbers[0] < _RUNNING * len(numbers)
        phones &= not running
    people = ids.str.fullmatch(_IDENTITY).to_numpy(dtype=bool).copy()
    people[people] = [_is_identity(text) for text in ids[people]]
    found: npt.NDArray[np.bool_] = mails | phones | people
    return found


def masked_labels(typed: pd.DataFrame) -> pd.DataFrame:
    """Events whose activities show no personal data: it is starred out, and labels become one.

    >>> masked_labels(pd.DataFrame({"activity": ["pay", "call 13800138000"]}))["activity"].tolist()
    ['pay', 'call ***']
    """
    names = typed["activity"].unique()
    told = {name: masked(name) for name in names if PERSONAL.search(name)}
    return typed.assign(activity=typed["activity"].replace(told)) if told else typed


def _is_identity(text: str) -> bool:
    """Whether the last sign of an identity number follows from the others (GB 11643)."""
    total = sum(int(digit) * weight for digit, weight in zip(text, _WEIGHTS, strict=False))
    return _LAST[total % 11] == text[-1].upper()

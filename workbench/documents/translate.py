"""A result in the reader's language: the client's own names and texts, where it translated them.

The sheet `translations` of a client folder sets texts beside their translation. What stands there
is shown in the language of the document; everything else stays as the client wrote it. Numbers
are never touched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.model import Figure, Language, Result, Statement, Value

if TYPE_CHECKING:
    import pandas as pd

_JOINTS = (" → ", "; ", "、")
"""What stands between names that were joined into one text."""


def in_language(result: Result, language: Language) -> Result:
    """The result with its client's texts in a language, as far as the client translated them."""
    texts = {} if language == result.language else _texts(result, language)
    if not texts:
        return result
    return replace(
        result,
        client=_translated(result.client, texts),
        process=_translated(result.process, texts),
        figures={name: _figure(each, texts) for name, each in result.figures.items()},
        statements={place: tuple(_statement(each, texts) for each in said)
                    for place, said in result.statements.items()},
        tables={name: _table(frame, texts) for name, frame in result.tables.items()},
        records={name: _translated(many, texts) for name, many in result.records.items()},
        absent=tuple(_statement(each, texts) for each in result.absent),
        # what has been translated needs no translations: each picture of a page asks again
        context=_translated({name: each for name, each in result.context.items()
                             if name != "translations"}, texts),
    )


def _texts(result: Result, language: Language) -> dict[str, str]:
    pairs: Any = result.context.get("translations") or ()
    return {
        pair[other]: pair[language]
        for other in ("zh", "en") if other != language
        for pair in pairs if pair.get(other) and pair.get(language)
    }


def _translated(value: Any, texts: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _worded(value, texts)
    if isinstance(value, (list, tuple)):
        return type(value)(_translated(each, texts) for each in value)
    if isinstance(value, Mapping):
        return {name: _translated(each, texts) for name, each in value.items()}
    return value


def _worded(text: str, texts: Mapping[str, str]) -> str:
    """A text that was translated; else its parts, where it is a list or several names joined."""
    if text in texts:
        return texts[text]
    if text.startswith("["):
        return _listed(text, texts)
    joint = next((joint for joint in _JOINTS if joint in text), "")
    return joint.join(_worded(part, texts) for part in text.split(joint)) if joint else text


def _listed(value: str, texts: Mapping[str, str]) -> str:
    try:
        names = json.loads(value)
    except ValueError:
        return value
    return json.dumps(_translated(names, texts), ensure_ascii=False)


def _figure(figure: Figure, texts: Mapping[str, str]) -> Figure:
    return replace(figure, value=_translated(figure.value, texts))


def _statement(statement: Statement, texts: Mapping[str, str]) -> Statement:
    filled = {name: _filled(value, texts) for name, value in dict(statement.values).items()}
    return replace(statement, values=filled)


def _filled(value: Value, texts: Mapping[str, str]) -> Value:
    if isinstance(value, Statement):
        return _statement(value, texts)
    if isinstance(value, Figure):
        return _figure(value, texts)
    return _worded(value, texts) if isinstance(value, str) else value


def _table(frame: pd.DataFrame, texts: Mapping[str, str]) -> pd.DataFrame:
    worded = [name for name in frame.columns if frame[name].dtype.kind not in "iufbmM"]
    return frame.assign(**{
        name: [_translated(value, texts) for value in frame[name]] for name in worded})

"""Every sentence, number, date and duration that a reader sees, in Chinese and in English.

Sentences live in `templates/words/<language>/<topic>.toml`; a key is the topic and the path inside
its file (`diagnosis.first.gap`). Placeholders are filled with `Figure`s or plain text:
`{median}` is the number as the language writes it, and a form after a colon chooses what
to show of it: `{median:interval}` the interval, `{median:n}` its count, `{median:size}` the
magnitude without a sign. A part of a sentence that varies by itself is a `Statement`
inside it. In HTML each number carries its raw value in `data-value`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_compact_currency, format_currency, format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup, escape

from workbench.model import Figure, Language, Problem, Statement, Unit, Value

LANGUAGES: tuple[Language, ...] = ("zh", "en")
FOLDER = Path(__file__).resolve().parent.parent / "templates" / "words"

_LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}
_UNIT_LENGTHS: Mapping[str, Literal["short", "long"]] = {"zh": "short", "en": "long"}
_BARE_LOW: frozenset[Unit] = frozenset({"hours", "effort", "points", "weeks"})
_SUFFIX_UNITS: tuple[tuple[str, Unit], ...] = (
    ("total_hours", "effort"), ("case_hours", "effort"), ("work_hours", "effort"),
    ("hours", "hours"), ("rate", "share"), ("share", "share"), ("probability", "share"),
    ("utilisation", "share"), ("money", "money"), ("score_change", "score_change"),
    ("change_score", "score_change"), ("change_low_score", "score_change"),
    ("change_high_score", "score_change"), ("score", "score"), ("cte_impact", "share"),
    ("points", "points"), ("relative", "relative"), ("ratio", "ratio"), ("weeks", "weeks"),
)
_EFFECT_UNITS: Mapping[str, Unit] = {
    "throughput": "relative", "satisfaction": "score_change", "score": "score_change",
}
Form = Literal["", "interval", "n", "size"]
_NOTHING_NEAR = re.compile(r"[^.。]*[:：] ?–[?？]$")
"""A question such as "Did you mean: –?" where nothing is near."""
_ONE_LINE = re.compile(r"\blines (\d+)(?=[).;:])")
"""A single line that a sentence calls several."""


class Words:
    """The voice of one language for one client: its currency and time zone are fixed.

    >>> from workbench.model import Figure
    >>> load("en").number(Figure(51.3, "hours"))
    '51.3 hours'
    >>> load("zh").number(Figure(0.683, "share"))
    '68.3%'
    """

    def __init__(self, language: Language, currency: str = "CNY", zone: str = "UTC") -> None:
        self.language: Language = language
        self.currency = currency
        self.zone = ZoneInfo(zone)
        self.locale = Locale.parse(_LOCALES[language])
        self._sentences = _sentences(language)

    def __contains__(self, key: str) -> bool:
        return key in self._sentences

    def text(self, key: str, /, **values: Value) -> str:
        """The sentence of a key, filled, as plain text. An unknown key raises KeyError."""
        return "".join(self._fill(key, values, self.number, str))

    def html(self, key: str, /, **values: Value) -> Markup:
        """The same as safe HTML: texts escaped, each number with its raw value."""
        return Markup("").join(self._fill(key, values, self.number_html, escape))

    def say(self, statement: Statement) -> Markup:
        """A statement as safe HTML."""
        return self.html(statement.key, **statement.values)

    def say_text(self, statement: Statement) -> str:
        """A statement as plain text."""
        return self.text(statement.key, **statement.values)

    def name(self, group: str, term: str) -> str:
        """The reader's word for a term of ours, the term itself where none is known.

        >>> load("en").name("no such group", "as it is")
        'as it is'
        """
        return self._sentences.get(f"{group}.{term}", term)

    def number(self, figure: Figure, form: str = "") -> str:
        """A figure as the language writes it; one that the data cannot show is said so."""
        if form == "n":
            return self._write(figure.n, "count", figure.n)
        if form == "interval":
            if figure.low is None or figure.high is None:
                return self.text("figure.no_interval")
            return self.text(
                "figure.interval",
                low=self._low(figure),
                high=self._write(figure.high, figure.unit, figure.value),
            )
        value = figure.value
        if form == "size" and isinstance(value, (int, float)):
            return self._write(abs(value), figure.unit, value, signed=False)
        return self._write(value, figure.unit, value)

    def number_html(self, figure: Figure, form: str = "") -> Markup:
        """A figure as HTML, its raw value in `data-value` (the same in every language)."""
        if form == "interval" and figure.low is not None and figure.high is not None:
            return self.html(
                "figure.interval",
                low=_span(figure.low, self._low(figure)),
                high=_span(figure.high, self._write(figure.high, figure.unit, figure.value)),
            )
        raw = figure.n if form == "n" else figure.value
        shown = self.number(figure, form)
        return Markup(escape(shown)) if raw is None or form == "interval" else _span(raw, shown)

    def cell(self, value: object, column: str) -> Markup:
        """A table cell: the unit follows from the last word of the column's name."""
        if value is None or value != value:  # noqa: PLR0124 - NaN and NaT differ from themselves
            return Markup(escape(self.text("figure.empty")))
        if isinstance(value, bool):
            return Markup(escape(self.text("figure.yes" if value else "figure.no")))
        if isinstance(value, (int, float, date)):
            return self.number_html(Figure(value, unit_of(column, value)))
        if hasattr(value, "item"):  # a numpy scalar
            return self.cell(value.item(), column)
        return Markup(escape(str(value)))

    def problem(self, problem: Problem) -> str:
        """A problem as one line: where it is, what is wrong, how to mend it."""
        values = {name: str(value) for name, value in problem.values.items()}
        sentence = self.text(
            f"problem.{problem.code}",
            **{"file": problem.file, "line": str(problem.line or ""),
               "column": problem.column or "", "count": str(problem.count)} | values,
        )
        place = [problem.file] if problem.file else []
        if problem.line is not None:
            place.append(self.text("place.line", line=str(problem.line)))
        if problem.column:
            is_yaml = problem.file.endswith((".yaml", ".yml"))
            place.append(self.text("place.key" if is_yaml else "place.column",
                                   column=problem.column))
        separator = self.text("place.separator")
        return separator.join(place) + (
            self.text("place.colon") if place else "") + _ONE_LINE.sub(
                r"line \1", _NOTHING_NEAR.sub("", sentence))

    def _fill(
        self,
        key: str,
        values: Mapping[str, Value],
        number: Callable[[Figure, str], str],
        plain: Callable[[object], str],
    ) -> Iterator[str]:
        for literal, name, form, _ in Formatter().parse(self._sentences[key]):
            if literal:
                yield plain(literal)
            if name is not None:
                yield from self._filled(values[name], form or "", number, plain)

    def _filled(
        self,
        value: Value,
        form: str,
        number: Callable[[Figure, str], str],
        plain: Callable[[object], str],
    ) -> Iterator[str]:
        if isinstance(value, Statement):
            yield from self._fill(value.key, value.values, number, plain)
        else:
            yield number(value, form) if isinstance(value, Figure) else plain(value)

    def _low(self, figure: Figure) -> str:
        """The lower end of an interval, without the unit where the upper end carries it."""
        if figure.unit not in _BARE_LOW or figure.low is None:
            return self._write(figure.low, figure.unit, figure.value)
        if figure.unit == "points":
            return self._decimal(figure.low * 100, "+#,##0.0;-#,##0.0")
        _, factor = _duration_scale(figure) if figure.unit == "hours" else ("", 1.0)
        return self._decimal(figure.low * factor, _decimals(figure.low * factor))

    def _decimal(self, value: float, pattern: str) -> str:
        return _sign(str(format_decimal(value, pattern, locale=self.locale)))

    def _unit(self, value: float, unit: str, pattern: str) -> str:
        written = format_unit(value, unit, length=_UNIT_LENGTHS[self.language], format=pattern,
                              locale=self.locale)
        return str(written).replace("-", "\u2212")

    def _write(
        self, value: object, unit: Unit, scale: object, *, signed: bool = True
    ) -> str:
        if value is None or value != value:  # noqa: PLR0124 - NaN differs from itself
            return self.text("figure.unknown")
        if isinstance(value, str):
            return value
        if isinstance(value, datetime):
            local = value.astimezone(self.zone) if value.tzinfo else value
            return str(format_datetime(local, "medium", locale=self.locale))
        if isinstance(value, date):
            return str(format_date(value, "medium", locale=self.locale))
        if not isinstance(value, (int, float)):
            return str(value)
        writer = _WRITERS[unit]
        return writer(self, float(value), float(scale) if isinstance(scale, (int, float)) else 0.0,
                      signed)


def unit_of(column: str, value: object = None) -> Unit:
    """The unit that a column's name carries (`waiting_hours` → hours, `rework_rate` → share).

    >>> unit_of("median_waiting_hours"), unit_of("cases")
    ('hours', 'count')
    """
    if column == "hours":  # a total, as in the register of issues
        return "effort"
    if column.startswith("working_") and column.endswith("_hours"):
        return "working"
    for suffix, unit in _SUFFIX_UNITS:
        if column == suffix or column.endswith("_" + suffix):
            return unit
    if isinstance(value, datetime):
        return "moment"
    return "date" if isinstance(value, date) else "count" if _is_whole(value) else "ratio"


def effect_unit(kpi: str) -> Unit:
    """The unit of an effect by its KPI or its kind; whatever is not named here is a rate.

    >>> effect_unit("throughput"), effect_unit("on_time")
    ('relative', 'points')
    """
    return _EFFECT_UNITS.get(kpi, "points")


def _is_whole(value: object) -> bool:
    return not isinstance(value, float) or value.is_integer()


def _span(raw: object, shown: str) -> Markup:
    return Markup('<span class="number" data-value="{}">{}</span>').format(raw_value(raw), shown)


def raw_value(value: object) -> str:
    """The raw value of a figure as text: nine significant digits, times as ISO 8601.

    >>> raw_value(1 / 3), raw_value(3912)
    ('0.333333333', '3912')
    """
    if isinstance(value, float):
        return f"{value:.9g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _decimals(value: float) -> str:
    """One decimal below a hundred, none above: more would pretend to a precision nobody has."""
    return "#,##0.#" if abs(value) < 100 else "#,##0"


def _duration_scale(figure: Figure) -> tuple[str, float]:
    """Minutes, hours or days: the interval follows its estimate, so both ends share a unit."""
    return _duration(figure.value if isinstance(figure.value, (int, float)) else figure.low or 0)


def _duration(hours: float) -> tuple[str, float]:
    size = abs(hours)
    if size < 1:
        return "duration-minute", 60.0
    return ("duration-hour", 1.0) if size < 72 else ("duration-day", 1 / 24)


def _hours(words: Words, value: float, scale: float, _signed: bool) -> str:
    unit, factor = _duration(scale or value)
    return words._unit(value * factor, unit, _decimals(value * factor))


def _effort(words: Words, value: float, _scale: float, _signed: bool) -> str:
    # hours of work or of waiting, added up over cases: never days, which would read as elapsed
    return words._unit(value, "duration-hour", _decimals(value))


def _working(words: Words, value: float, scale: float, _signed: bool) -> str:
    # minutes or hours, never days, which would read as those of the clock
    if abs(scale or value) < 1:
        return _hours(words, value, scale, _signed)
    return _effort(words, value, scale, _signed)


def _count(words: Words, value: float, _scale: float, _signed: bool) -> str:
    return words._decimal(value, "#,##0.##")


def _share(words: Words, value: float, _scale: float, _signed: bool) -> str:
    return str(format_percent(value, "#,##0.#%", locale=words.locale))


def _relative(words: Words, value: float, _scale: float, signed: bool) -> str:
    pattern = "+#,##0.#%;-#,##0.#%" if signed else "#,##0.#%"
    return _sign(str(format_percent(value, pattern, locale=words.locale)))


def _points(words: Words, value: float, _scale: float, signed: bool) -> str:
    pattern = "+#,##0.0;-#,##0.0" if signed else "#,##0.0"
    return words.text("figure.points", value=words._decimal(value * 100, pattern))


def _money(words: Words, value: float, _scale: float, _signed: bool) -> str:
    if abs(value) >= 10_000:
        shown = format_compact_currency(value, words.currency, locale=words.locale,
                                        fraction_digits=1)
    else:
        shown = format_currency(value, words.currency, "\u00a4#,##0", locale=words.locale,
                                currency_digits=False)
    return _sign(str(shown))


def _sign(number: str) -> str:
    """A true minus sign, and none at all before what was rounded to zero."""
    if not any(digit in number for digit in "123456789"):
        return number.lstrip("+-")
    return number.replace("-", "\u2212")


def _score(words: Words, value: float, _scale: float, _signed: bool) -> str:
    return words._decimal(value, "#,##0.00")


def _score_change(words: Words, value: float, _scale: float, signed: bool) -> str:
    return words._decimal(value, "+#,##0.00;-#,##0.00" if signed else "#,##0.00")


def _ratio(words: Words, value: float, _scale: float, _signed: bool) -> str:
    return words._decimal(value, "#,##0.##")


def _weeks(words: Words, value: float, _scale: float, _signed: bool) -> str:
    return words._unit(value, "duration-week", "#,##0")


_WRITERS: Mapping[str, Callable[[Words, float, float, bool], str]] = {
    "hours": _hours, "effort": _effort, "working": _working, "share": _share, "count": _count,
    "money": _money,
    "score": _score, "relative": _relative, "points": _points, "ratio": _ratio, "weeks": _weeks,
    "score_change": _score_change, "date": _count, "moment": _count, "text": _count,
}


@cache
def load(language: Language, currency: str = "CNY", zone: str = "UTC") -> Words:
    """The words of a language for a currency and a time zone."""
    return Words(language, currency, zone)


def both(problems: tuple[Problem, ...], first: Language = "zh") -> str:
    """Problems as text in both languages, the reader's own first: one line each."""
    order = (first, *(other for other in LANGUAGES if other != first))
    return "\n".join(load(language).problem(problem) for language in order for problem in problems)


def in_both(key: str, /, **values: Value) -> str:
    """The sentence of a key in both languages, one line each."""
    return "\n".join(load(language).text(key, **values) for language in LANGUAGES)


@cache
def _sentences(language: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for file in sorted((FOLDER / language).glob("*.toml")):
        found |= _flatten(tomllib.loads(file.read_text(encoding="utf-8")), file.stem)
    return found


def _flatten(tree: Mapping[str, object], path: str) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in tree.items():
        key = f"{path}.{name}"
        if isinstance(value, Mapping):
            flat |= _flatten(value, key)
        else:
            flat[key] = str(value)
    return flat

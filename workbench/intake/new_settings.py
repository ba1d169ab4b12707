"""The text of a new engagement.yaml: on top what people must decide, beside each key its meaning.

What is guessed says so and how sure it is; what could not be guessed stands as a comment to fill.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from workbench.intake.checks import artificial
from workbench.intake.events import FileEvents
from workbench.intake.events.guess import Guess
from workbench.intake.events.roles import ROLES
from workbench.intake.formats import TextTable
from workbench.intake.statuses import MEANINGS, are_statuses, found_statuses
from workbench.model import Figure, Language, Problem
from workbench.words import Words

_ZONES = {"zh": "Asia/Shanghai", "en": "UTC"}
_CURRENCIES = {"zh": "CNY", "en": "EUR"}
# an activity that ends nine cases in ten is taken for their end; one that ends half of them would
# leave the other half open for ever
_MOST_CASES = 0.9
_MOST_STATUSES = 20
_DECIDED = {"lifecycle_single": "decide_lifecycle", "joint_suspected": "decide_joint",
            "ids_scientific": "decide_ids", "role_ambiguous": "decide_rivals"}
"""Findings that only people can settle, and how they are put on top."""


class Found(NamedTuple):
    """A log as it was read for a new folder, and where it will be read from.

    Without `events` it can only be read once people decided on one of the `lines` for `log`.
    """

    table: TextTable | None
    events: FileEvents | None
    named: str | list[str]
    is_address: bool
    sheet: tuple[str, str] | None
    lines: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


def proposed(problems: Iterable[Problem]) -> list[str]:
    """The lines for `log`, one of which would make a refused log readable; none where none would.

    >>> proposed([Problem("rejected", "not_an_event_log_wide")])
    ['unfold: {wide: true}']
    """
    lines = []
    for problem in problems:
        told = problem.values  # noqa: PD011 - a problem is no frame
        values = {name: str(value) for name, value in told.items()}
        if problem.code == "not_an_event_log_history":
            lines.append(values["setting"])
        elif problem.code in {"sheet_ambiguous", "table_choose"}:
            key = problem.code.partition("_")[0]
            lines += [f"{key}: {_quoted(name)}" for name in values[f"{key}s"].split(", ")
                      if name != "…"]
        else:
            lines += _LINES.get(problem.code, ())
    return list(dict.fromkeys(lines)) if any(
        problem.level == "rejected" for problem in problems) or lines else []


_LINES = {
    "not_an_event_log_wide": ("unfold: {wide: true}",),
    "day_month_unknown": ('time_format: "%d/%m/%Y %H:%M"', 'time_format: "%m/%d/%Y %H:%M"'),
    "time_short_year": ('time_format: "%y-%m-%d %H:%M"', 'time_format: "%d-%m-%y %H:%M"'),
    "time_format_unknown": ('time_format: "%d.%m.%Y %H:%M"',),
    "merged_cells": ("merged: fill",),
}
"""The lines that answer a refusal; of several only people can say which."""


def zone_of(language: Language) -> str:
    """The time zone that is assumed for a client who writes in a language."""
    return _ZONES[language]


def settings_text(client: str, found: Found, voice: Words) -> str:
    """The text of engagement.yaml."""
    language = voice.language
    statuses = _statuses(found)

    def said(key: str, **values: Figure | str) -> str:
        return "# " + voice.text(f"new.{key}", **values)

    lines = [
        said("top"),
        *_decisions(found, statuses, voice),
        "",
        f"client: {_quoted(client)}  {said('client')}",
        f"process: {_quoted(client)}  {said('process')}",
        f"kind: internal_operations  {said('kind')}",
        f"language: {language}  {said('language')}",
        f"zone: {_ZONES[language]}  {said('zone')}",
        f"currency: {_CURRENCIES[language]}  {said('currency')}",
        f"# extraction_date: 2025-06-30 18:00  {said('extraction_date')}",
        f"# promise_hours: 24  {said('promise_hours')}",
        "",
        "log:",
        f"  source: {_quoted(str(found.named))}  {said('source')}" if found.is_address
        else f"  file: {_files(found.named)}",
        *([f"  {found.sheet[0]}: {_quoted(found.sheet[1])}"] if found.sheet else []),
        *(f"  # {line}  {said('choice')}" for line in found.lines),
        *_mapping(found, voice),
        *([] if any("time_format" in line for line in found.lines) else [
            f'  # time_format: "%d.%m.%Y %H:%M"  {said("time_format")}']),
        *(_lifecycle(found.events, said("lifecycle")) if found.events else []),
        *_status_lines(statuses, voice),
        *_ignored(found, said("ignore")),
        *_ties(found, voice),
        *_unused(found, voice),
        "",
        *_ends(found, voice),
        f"# withdrawn_activities: []  {said('withdrawn')}",
        "",
        said("pilot"),
        "# pilot: {start: 2025-07-07, end: 2025-09-29, units: [], comparison_units: []}",
        said("targets"),
        "# targets:",
        "#   - {id: T1, kpi: throughput, from: 48, to: 36, by: 2025-12-31, primary: true}",
        said("rules"),
        "# rules:",
        '#   - {id: R1, rule: precedence, activities: [A, B], source: ""}',
        said("calendar"),
        '# calendar: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00", region: CN}',
        said("costs"),
        '# costs: {work_hour: 85, waiting_hour: 0.5, source: ""}',
    ]
    return "\n".join(line for line in lines) + "\n"


def _decisions(found: Found, statuses: dict[str, str | None], voice: Words) -> Iterator[str]:
    """What nobody but people can know, as a short list."""
    problems = found.events.reading.problems if found.events else ()
    codes = {problem.code for problem in problems}
    doubtful = [f"{role} ← {guess.column}" for role, guess in _guesses(found).items()
                if guess.degree == "doubtful"]
    unknown = [word for word, meaning in statuses.items() if meaning is None]
    points = [voice.text("new.decide_line", lines=" | ".join(found.lines))] if found.lines else []
    if doubtful:
        points.append(voice.text("new.decide_roles", roles=", ".join(doubtful)))
    points += [voice.text("new.decide_zone", zone=_ZONES[voice.language]),
               voice.text("new.decide_ends")]
    points += [voice.text(f"new.{key}") for code, key in _DECIDED.items() if code in codes]
    if unknown:
        points.append(voice.text("new.decide_statuses", words=_some(unknown)))
    yield "#"
    yield "# " + voice.text("new.decide")
    yield from (f"#   {number}. {_line(point)}" for number, point in enumerate(points, start=1))


def _guesses(found: Found) -> Mapping[str, Guess]:
    return found.events.guesses if found.events else {}


def _files(named: str | list[str]) -> str:
    return named if isinstance(named, str) else "[" + ", ".join(map(_quoted, named)) + "]"


def _mapping(found: Found, voice: Words) -> Iterator[str]:
    """The guessed columns; a doubtful one waits as a comment, so that it is asked again."""
    guesses = _guesses(found)
    mark = "" if any(guess.degree != "doubtful" for guess in guesses.values()) else "# "
    yield f"  {mark}mapping:  # {voice.text('new.mapping')}"
    for role, guess in guesses.items():
        doubtful = "# " if guess.degree == "doubtful" else ""
        yield (f"    {doubtful}{role}: {_quoted(guess.column)}  "
               f"# {voice.text(f'new.{guess.degree}')}")
    others = ", ".join(role for role in ROLES if role not in guesses)
    yield f"    # {voice.text('new.other_roles', roles=others)}"


def _ties(found: Found, voice: Words) -> Iterator[str]:
    """How to order events at the same time; not asked where the source states an order."""
    if found.events and (found.events.is_ordered or "sequence" in found.events.mapping):
        yield f"  # {voice.text('new.ties_ordered')}"
    else:
        yield f"  ties: learned  # {voice.text('new.ties')}"


def _unused(found: Found, voice: Words) -> Iterator[str]:
    """The columns that nothing uses, each with what it holds."""
    yield f"  # attributes: []  # {voice.text('new.attributes')}"
    for each in found.events.reading.unused if found.events else ():
        examples = voice.text("check.such_as", examples=", ".join(each.examples)) if (
            each.examples) else ""
        hint = voice.text("check.perhaps") if each.per_case else ""
        yield "  #   " + _line(voice.text(
            "check.unused_column", column=each.name, examples=examples, hint=hint,
            distinct=Figure(each.distinct, "count")))


def _lifecycle(events: FileEvents, comment: str) -> list[str]:
    """How to pair the rows of start and of completion, where the log has both."""
    is_split = any(problem.code == "lifecycle_single" for problem in events.reading.problems)
    return [f"  # lifecycle: pair  {comment}"] if is_split else []


def _statuses(found: Found) -> dict[str, str | None]:
    """The words of the result column and what they seem to mean; none where it holds others."""
    names = found.events.mapping.get("result", ()) if found.events else ()
    if found.table is None or len(names) != 1 or names[0] not in found.table.cells:
        return {}
    cells = found.table.cells[names[0]].str.strip()
    return dict(list(found_statuses(cells).items())[:_MOST_STATUSES]) if are_statuses(cells) else {}


def _status_lines(statuses: dict[str, str | None], voice: Words) -> Iterator[str]:
    """Each word with its guessed meaning; one that can mean several things waits as a comment."""
    if not statuses:
        return
    mark = "" if any(statuses.values()) else "# "
    yield (f"  {mark}statuses:  # "
           + voice.text("new.statuses", meanings=", ".join(MEANINGS)))
    for word, meaning in statuses.items():
        if meaning:
            yield f"    {_quoted(word)}: {meaning}  # {voice.text('new.likely')}"
        else:
            yield f"    # {_quoted(word)}: returned  # {voice.text('new.status_asked')}"


def _ignored(found: Found, comment: str) -> list[str]:
    if found.ignore:
        return [f"  ignore: {_list(found.ignore)}"]
    names = artificial(found.events.typed) if found.events else []
    return [f"  ignore: {_list(names)}  {comment}"] if names else []


def _ends(found: Found, voice: Words) -> list[str]:
    """The activity that ends most cases as their end, said to be guessed; else what to choose."""
    if found.events is None:
        return [f"# end_activities: []  # {voice.text('new.decide_ends')}"]
    events = found.events
    ends = last_activities(events.typed, artificial(events.typed))
    total, cases = int(ends.sum()), int(ends.iloc[0]) if len(ends) else 0
    if total and cases >= _MOST_CASES * total:
        comment = voice.text("new.end_activities", share=Figure(cases / total, "share"),
                             cases=Figure(cases, "count"), total=Figure(total, "count"))
        return [f"end_activities: {_list([str(ends.index[0])])}  # {comment}"]
    names = [str(name) for name in ends.index[:5]]
    comment = _line(voice.text("new.end_unknown", activities=", ".join(names)))
    return [f"# end_activities: {_list(names[:1])}  # {comment}"]


def last_activities(typed: pd.DataFrame, ignore: Iterable[str] = ()) -> pd.Series:
    """How many cases each activity ends, the most frequent first."""
    work = typed[~typed["activity"].isin(list(ignore))]
    order = work.assign(moment=work["start"].fillna(work["end"])).sort_values(
        ["case_id", "moment", "end", "sequence"], kind="stable")
    return order.groupby("case_id")["activity"].last().value_counts()


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def _line(text: str) -> str:
    """A text of the client in a comment: it must stay on its line."""
    return " ".join(text.split())


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _list(names: Iterable[str]) -> str:
    return "[" + ", ".join(name if name.isalnum() and name.isascii() else _quoted(name)
                           for name in names) + "]"

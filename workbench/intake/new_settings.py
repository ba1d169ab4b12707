"""The text of a new engagement.yaml: on top what people must decide, beside each key its meaning.

What is guessed says so and how sure it is; what could not be guessed stands as a comment to fill.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import pandas as pd

from workbench.intake.checks import artificial
from workbench.intake.events import FileEvents
from workbench.intake.events.roles import ROLES
from workbench.intake.events.statuses import MEANINGS, are_statuses, found_statuses
from workbench.intake.formats import TextTable
from workbench.model import Figure, Language
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
    """A log as it was read for a new folder, and where it will be read from."""

    table: TextTable
    events: FileEvents
    named: str
    is_address: bool
    sheet: tuple[str, str] | None


def zone_of(language: Language) -> str:
    """The time zone that is assumed for a client who writes in a language."""
    return _ZONES[language]


def settings_text(client: str, found: Found, voice: Words) -> str:
    """The text of engagement.yaml."""
    language, events = voice.language, found.events
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
        f"  source: {_quoted(found.named)}  {said('source')}" if found.is_address
        else f"  file: {found.named}",
        *([f"  {found.sheet[0]}: {_quoted(found.sheet[1])}"] if found.sheet else []),
        f"  mapping:  {said('mapping')}",
        *(f"    {role}: {_quoted(guess.column)}  {said(guess.degree)}"
          for role, guess in events.guesses.items()),
        f"    {said('other_roles', roles=_other_roles(events))}",
        f'  # time_format: "%d.%m.%Y %H:%M"  {said("time_format")}',
        *_lifecycle(events, said("lifecycle")),
        *_status_lines(statuses, voice),
        *_ignored(events, said("ignore")),
        f"  ties: learned  {said('ties')}",
        "",
        *_ends(events, voice),
        f"# withdrawn_activities: []  {said('withdrawn')}",
        "",
        said("pilot"),
        "# pilot: {start: 2025-07-07, end: 2025-09-29, units: [], comparison_units: []}",
        said("targets"),
        "# targets:",
        "#   - {id: T1, kpi: throughput, from: 48, to: 36, by: 2025-12-31, primary: true}",
        said("calendar"),
        '# calendar: {days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00", region: CN}',
        said("costs"),
        '# costs: {work_hour: 85, waiting_hour: 0.5, source: ""}',
    ]
    return "\n".join(line for line in lines) + "\n"


def _decisions(found: Found, statuses: dict[str, str | None], voice: Words) -> Iterator[str]:
    """What nobody but people can know, as a short list."""
    codes = {problem.code for problem in found.events.reading.problems}
    doubtful = [role for role, guess in found.events.guesses.items()
                if guess.degree == "doubtful"]
    unknown = [word for word, meaning in statuses.items() if meaning is None]
    points = [voice.text("new.decide_zone", zone=_ZONES[voice.language]),
              voice.text("new.decide_ends")]
    if doubtful:
        points.append(voice.text("new.decide_roles", roles=", ".join(doubtful)))
    points += [voice.text(f"new.{key}") for code, key in _DECIDED.items() if code in codes]
    if unknown:
        points.append(voice.text("new.decide_statuses", words=_some(unknown)))
    yield "#"
    yield "# " + voice.text("new.decide")
    yield from (f"#   {number}. {_line(point)}" for number, point in enumerate(points, start=1))


def _other_roles(events: FileEvents) -> str:
    return ", ".join(role for role in ROLES if role not in events.guesses)


def _lifecycle(events: FileEvents, comment: str) -> list[str]:
    """How to pair the rows of start and of completion, where the log has both."""
    is_split = any(problem.code == "lifecycle_single" for problem in events.reading.problems)
    return [f"  # lifecycle: pair  {comment}"] if is_split else []


def _statuses(found: Found) -> dict[str, str | None]:
    """The words of the result column and what they seem to mean; none where it holds others."""
    names = found.events.mapping.get("result", ())
    if len(names) != 1 or names[0] not in found.table.cells:
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


def _ignored(events: FileEvents, comment: str) -> list[str]:
    names = artificial(events.typed)
    return [f"  ignore: {_list(names)}  {comment}"] if names else []


def _ends(events: FileEvents, voice: Words) -> list[str]:
    """The activity that ends most cases as their end, said to be guessed; else what to choose."""
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

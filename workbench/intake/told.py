"""What was found, told to the one who has to act on it: understood, to decide, repaired, touched.

The order is that of her work: what was read and as what; what stops it; what only people can
decide; what was mended or set aside, with counts; which figures suffer; what is good to know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from workbench import words
from workbench.intake.new import Made
from workbench.intake.new_settings import proposed
from workbench.model import Figure, Language
from workbench.words import Words

Judged = Mapping[str, Any]
_QUESTIONS = (
    "role_doubtful", "role_ambiguous", "day_month_unknown", "status_ambiguous", "end_unknown",
    "activity_never_occurs", "zone_assumed", "zone_mixed", "case_scope_unclear", "cases_apart",
    "joint_suspected", "lifecycle_single", "start_is_arrival", "statuses_unknown",
    "artificial_activities", "sheet_chosen", "tables_several", "merged_cells",
    "survey_scale_assumed", "survey_points_assumed", "survey_words_unknown",
    "survey_reversed_suspected", "calendar_assumed", "calendar_without_lunch", "folder_of_files")
"""Findings that only people can settle, by a line in engagement.yaml, the weightiest first."""
_OF_PILOTS = frozenset({"target_default"})
"""Remarks that concern only clients with a pilot."""
_RECOGNISED = frozenset({"encoding_used", "title_rows", "header_double", "time_twelve_hours",
                         "day_first_proved", "month_first_proved", "line_break_in_cell",
                         "macros_ignored"})
"""What was merely recognised: nobody has to do anything about it."""
_SHOWN_AS_ROLES = "roles_guessed"  # the columns and how sure they are stand above
_ASKED_APART = ["answers"]  # nobody expects a questionnaire in a log
_LEAST = 0.0005  # a smaller share of the cases is no share
_NATIVE = frozenset({"xes", "parquet", "xlsx", "xls", "sqlite", "duckdb", "postgresql"})


def told(judged: Judged, language: Language) -> list[str]:
    """The lines of a judgement in one language; indented what belongs to the line before."""
    voice = words.load(language)
    groups = _groups(judged)
    numbers: dict[str, list[int]] = {}
    for number, each in enumerate((one for group in groups.values() for one in group), start=1):
        numbers.setdefault(each["code"], []).append(number)
    lines, first = [_outcome(judged, voice), *_understood(judged, voice)], 1
    for name, group in groups.items():
        if name == "know":
            lines += _touched(judged, numbers, voice)
        lines += _group(name, group, first, voice)
        first += len(group)
    return lines


def told_of_new(made: Made, folder: str, language: Language) -> list[str]:
    """The lines about a new client folder: what was read, what is doubtful, what to do next."""
    voice = words.load(language)
    if made.judged is None:
        said = [voice.problem(problem) for problem in made.asked if problem.level == "rejected"]
        choices = " | ".join(proposed(made.asked))
        return [voice.text("new.made_waiting", folder=folder, lines=choices), "", *said, "",
                voice.text("new.next", folder=folder)]
    groups = _groups(made.judged)
    lines = [voice.text("new.made", folder=folder), "", _outcome(made.judged, voice),
             *_understood(made.judged, voice)]
    first = 1
    for name in ("decide", "set_aside"):
        lines += _group(name, groups[name], first, voice)
        first += len(groups[name])
    if made.left:
        lines += ["", voice.text("new.not_taken", files=", ".join(made.left))]
    return [*lines, "", voice.text("new.next", folder=folder)]


def _groups(judged: Judged) -> dict[str, list[Mapping[str, Any]]]:
    """The findings by what she has to do about them, in the order in which they are told."""
    aside = {reason for each in judged["understood"] for reason in each["set_aside"]}
    groups: dict[str, list[Mapping[str, Any]]] = {
        "mend": [], "decide": [], "look": [], "repaired": [], "set_aside": [], "know": []}
    for each in judged["findings"]:
        if name := _group_of(each, aside, judged):
            groups[name].append(each)
    groups["decide"].sort(key=lambda each: _QUESTIONS.index(each["code"]))
    return groups


def _group_of(finding: Mapping[str, Any], aside: Collection[str], judged: Judged) -> str:
    level, code = finding["level"], finding["code"]
    if code in _OF_PILOTS or (code == _SHOWN_AS_ROLES and judged["understood"]):
        return ""
    if level == "rejected":
        return "mend"
    if code in aside:
        return "set_aside"
    if code in _QUESTIONS:
        return "decide"
    if code in _RECOGNISED:
        return "know"
    return {"repaired": "repaired", "warning": "look"}.get(level, "know")


def _outcome(judged: Judged, voice: Words) -> str:
    """The verdict and what was read; answers have no cases, a folder of files is no log."""
    name = ("checked_only" if "files" in judged or not judged["understood"] else
            "checked" if judged["cases"] else "checked_answers")
    return voice.text(f"cli.{name}", outcome=voice.name("cli.outcome", judged["outcome"]),
                      read=_count(judged["rows_read"], voice),
                      kept=_count(judged["rows_kept"], voice),
                      cases=_count(judged["cases"], voice))


def _understood(judged: Judged, voice: Words) -> Iterator[str]:
    if judged["understood"]:
        yield from ("", voice.text("check.understood"))
    shown: object = None
    for each in judged.get("files", ()):
        seems = voice.name("check.seems", each["kind"])
        yield "  " + voice.text("check.seen", file=each["file"], seems=seems,
                                read=_count(each["rows_read"], voice))
        yield from (f"    {one[f'message_{voice.language}']}" for one in each["findings"][:1])
    for each in judged["understood"]:
        kind = voice.name("check.format", each["format"])
        if each["format"] not in _NATIVE:
            kind += " · " + each["encoding"]
        yield "  " + voice.text("check.file", file=each["file"], format=kind,
                                read=_count(each["rows_read"], voice),
                                kept=_count(each["rows_kept"], voice))
        columns = {role: found["column"] for role, found in each["roles"].items()}
        if columns and columns != shown:  # several files of one log have the same
            yield from (f"    {line}" for line in _roles(each["roles"], voice))
            shown = columns
            yield from (f"    {line}" for line in unused(each["unused"], voice))


def _roles(roles: Mapping[str, Mapping[str, Any]], voice: Words) -> Iterator[str]:
    for role, found in roles.items():
        degree = found["degree"] or "stated"
        yield voice.text("check.role", role=voice.name("check.roles", role), code=role,
                         column=found["column"], degree=voice.text(f"check.{degree}"))


def unused(columns: Sequence[Mapping[str, Any]], voice: Words) -> Iterator[str]:
    """The columns that nothing uses, each with what it holds."""
    if columns:
        yield voice.text("check.unused", count=_count(len(columns), voice))
    for each in columns:
        examples = voice.text("check.such_as", examples=", ".join(each["examples"])) if (
            each["examples"]) else ""
        hint = voice.text("check.perhaps") if each["per_case"] else ""
        yield "  " + voice.text("check.unused_column", column=each["name"],
                                distinct=_count(each["distinct"], voice), examples=examples,
                                hint=hint)


def _group(name: str, findings: Sequence[Mapping[str, Any]], first: int,
           voice: Words) -> Iterator[str]:
    if not findings:
        return
    yield from ("", voice.text(f"check.{name}", count=_count(len(findings), voice)))
    for number, each in enumerate(findings, start=first):
        yield f"  {number}. " + each[f"message_{voice.language}"]


def _touched(judged: Judged, numbers: Mapping[str, Sequence[int]], voice: Words) -> Iterator[str]:
    """Each figure with its grade, the share of cases that findings touch, and which these are."""
    known = {kpi: grade for kpi, grade in judged["grades"].items() if grade["letter"]}
    if known:
        yield from ("", voice.text("check.touched"))
    for kpi, grade in sorted(known.items(), key=lambda item: -item[1]["share"]):
        name = voice.name("document.value.kpi", kpi)
        places = [str(number) for number in sorted(
            number for code in grade["codes"] for number in numbers.get(code, ()))]
        key = "kpi_touched" if places and grade["share"] >= _LEAST else "kpi_clean"
        yield "  " + voice.text(
            f"check.{key}", kpi=name, letter=grade["letter"], numbers=", ".join(places),
            share=voice.number(Figure(grade["share"], "share")))
    missing: dict[str, list[str]] = {}
    is_client = len(judged["understood"]) > 1
    for kpi, grade in judged["grades"].items():
        if grade["missing"] and (is_client or list(grade["missing"]) != _ASKED_APART):
            roles = ", ".join(voice.name("check.roles", role) for role in grade["missing"])
            missing.setdefault(roles, []).append(voice.name("document.value.kpi", kpi))
    for roles, kpis in missing.items():
        yield "  " + voice.text("check.kpi_missing", kpis=", ".join(kpis), roles=roles)


def _count(number: int, voice: Words) -> str:
    return voice.number(Figure(number, "count"))

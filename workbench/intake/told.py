"""What was found, told to the one who has to act on it: understood, to decide, repaired, touched.

The order is that of her work: what was read and as what; what stops it; what only people can
decide; what was mended or set aside, with counts; which figures suffer; what is good to know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workbench import words
from workbench.model import Figure, Language
from workbench.words import Words

Judged = Mapping[str, Any]
_ASKED = frozenset({"end_unknown", "end_closes", "survey_scale_assumed", "target_default"})
"""Remarks that wait for an answer, although nothing is wrong."""
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


def _groups(judged: Judged) -> dict[str, list[Mapping[str, Any]]]:
    """The findings by what she has to do about them, in the order in which they are told."""
    aside = set(judged["set_aside"])
    groups: dict[str, list[Mapping[str, Any]]] = {
        "mend": [], "decide": [], "repaired": [], "set_aside": [], "know": []}
    for each in judged["findings"]:
        level, code = each["level"], each["code"]
        if level == "rejected":
            groups["mend"].append(each)
        elif code in aside:
            groups["set_aside"].append(each)
        elif level == "repaired":
            groups["repaired"].append(each)
        elif level == "warning" or code in _ASKED:
            groups["decide"].append(each)
        elif code != _SHOWN_AS_ROLES or not judged["understood"]:
            groups["know"].append(each)
    return groups


def _outcome(judged: Judged, voice: Words) -> str:
    return voice.text("cli.checked", outcome=voice.name("cli.outcome", judged["outcome"]),
                      read=_count(judged["rows_read"], voice),
                      kept=_count(judged["rows_kept"], voice),
                      cases=_count(judged["cases"], voice))


def _understood(judged: Judged, voice: Words) -> Iterator[str]:
    if judged["understood"]:
        yield from ("", voice.text("check.understood"))
    shown: object = None
    for each in judged["understood"]:
        kind = voice.name("check.format", each["format"])
        if each["format"] not in _NATIVE:
            kind += " · " + each["encoding"]
        yield "  " + voice.text("check.file", file=each["file"], format=kind,
                                read=_count(each["rows_read"], voice),
                                kept=_count(each["rows_kept"], voice))
        if each["roles"] and each["roles"] != shown:  # several files of one log have the same
            yield from (f"    {line}" for line in _roles(each["roles"], voice))
            shown = each["roles"]


def _roles(roles: Mapping[str, Mapping[str, Any]], voice: Words) -> Iterator[str]:
    for role, found in roles.items():
        degree = found["degree"] or "stated"
        yield voice.text("check.role", role=voice.name("check.roles", role), code=role,
                         column=found["column"], degree=voice.text(f"check.{degree}"))


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
        name = voice.name("check.kpis", kpi)
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
            missing.setdefault(roles, []).append(voice.name("check.kpis", kpi))
    for roles, kpis in missing.items():
        yield "  " + voice.text("check.kpi_missing", kpis=", ".join(kpis), roles=roles)


def _count(number: int, voice: Words) -> str:
    return voice.number(Figure(number, "count"))

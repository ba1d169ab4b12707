"""`log` of engagement.yaml: which files or which database hold the events."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from workbench.errors import InputRefused
from workbench.intake.client_folder import event_files, is_inside
from workbench.intake.client_workbook import CLIENT_WORKBOOK, EVENTS, sheet_in
from workbench.intake.engagement_form import Judge
from workbench.intake.findings import near
from workbench.intake.formats.address import address_of
from workbench.intake.schema import EngagementForm, LogForm
from workbench.model import LogSource, Problem


def log_source(form: EngagementForm, files: tuple[str, ...], folder: Path) -> LogSource:
    """How the log is to be read, as `log` states it."""
    mapping = form.log.mapping.model_dump(exclude_unset=True) if form.log.mapping else {}
    said = form.log
    address = address_of(said.source) if said.source else None
    table = said.table or (address.table if address else None)
    return LogSource(
        files[0], mapping, said.time_format, said.ignore, said.ties, said.case_scope,
        guessed=not mapping, files=files,
        source=said.source if address and not address.file else None, table=table,
        sheet=said.sheet or (sheet_in(folder, EVENTS) if files == (CLIENT_WORKBOOK,) else None),
        merged=said.merged, attributes=said.attributes,
        lifecycle=said.lifecycle, statuses=said.statuses, joint_all=said.joint.all,
        joint_any=said.joint.any, unfold_history=said.unfold.history,
        unfold_line=said.unfold.line, unfold_wide=said.unfold.wide,
        details=said.details,
    )


def log_files(folder: Path, said: LogForm, wrong: Judge,
               problems: list[Problem]) -> tuple[str, ...]:
    """The files of events: the stated ones, else the only one; never outside the folder.

    A database server has none; the one name is what readers see of it.
    """
    stated, key = said.file, "file"
    if said.source:
        try:
            address = address_of(said.source)
        except InputRefused as refusal:
            problems += [wrong(problem.code, "log", "source", **problem.values)
                         for problem in refusal.problems]
            return ("",)
        if stated:
            problems.append(wrong("source_and_file", "log", "source"))
        if not address.file:
            return (address.shown(said.table or address.table),)
        stated, key = (address.file,), "source"
    if not stated:
        stated = _found_files(folder, wrong, problems)
    for name in dict.fromkeys(stated):
        problems += _misplaced(folder, name, wrong, key)
        if stated.count(name) > 1:
            problems.append(wrong("file_twice", "log", key, path=name))
    return stated or ("",)


def _found_files(folder: Path, wrong: Judge, problems: list[Problem]) -> tuple[str, ...]:
    """The only file of events. Of several nobody but people can say which belong together."""
    found = [path.name for path in event_files(folder)]
    if len(found) == 1:
        return (found[0],)
    if not found and sheet_in(folder, EVENTS):
        return (CLIENT_WORKBOOK,)
    code = "log_list" if found else "log_missing"
    problems.append(wrong(code, "log", "file", files=", ".join(found)))
    return ()


def _misplaced(folder: Path, name: str, wrong: Judge, key: str) -> Iterator[Problem]:
    if not is_inside(folder, name):
        yield wrong("path_outside", "log", key, path=name)
    elif not (folder / name).is_file():
        known = sorted(path.name for path in folder.iterdir() if path.is_file())
        yield wrong("log_file_missing", "log", key, path=name, near=near(name, known))

"""`client.xlsx`: the sheets of a client folder in one workbook instead of one file each.

A sheet bears the name of the file that it stands for, in English or Chinese, with `_` where a file
has its folder (`pilot_feedback`). A sheet that is there as a file too is refused: nobody could
tell which one counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from workbench.errors import InputRefused
from workbench.intake.findings import near
from workbench.intake.formats.workbook import sheet_names
from workbench.intake.headers import folded
from workbench.model import Problem

CLIENT_WORKBOOK = "client.xlsx"
EVENTS = "events"
SUFFIXES = (".csv", ".csv.gz", ".xlsx", ".xls")
"""How the file of a sheet may end."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "candidates": ("候选流程",), "interviews": ("访谈", "访谈纪要"), "team": ("项目组", "团队"),
    "plan": ("计划", "项目计划"), "steps": ("环节", "步骤", "流程步骤", "现状流程"),
    "causes": ("原因", "根因", "原因分析"), "changes": ("措施", "改进措施"),
    "to_be": ("目标流程", "未来流程"), "risks": ("风险",), "review": ("评审",),
    "pilot/feedback": ("试点反馈",), "pilot/environment": ("试点环境",),
    "pilot/adjustments": ("试点调整",), "rollout/training": ("培训",), "rollout/systems": ("系统",),
    "rollout/rules": ("规则",), "rollout/suggestions": ("建议",), "labels": ("名称对照",),
    "translations": ("译文对照",), "survey_customers": ("客户问卷",), "survey_staff": ("员工问卷",),
    "pilot/survey_customers": ("试点客户问卷",), "pilot/survey_staff": ("试点员工问卷",),
    EVENTS: ("日志", "事件", "事件日志"),
}
"""What a sheet may be called besides the name of its file."""

_STEMS = {folded(name): stem for stem, also in _NAMES.items()
          for name in (stem.replace("/", "_"), *also)}


def workbook_of(folder: Path) -> Path | None:
    """The workbook of a client folder, if it is there and really inside."""
    path = folder / CLIENT_WORKBOOK
    inside = path.resolve().is_relative_to(folder.resolve())
    return path if inside and path.is_file() else None


def sheet_in(folder: Path, stem: str) -> str | None:
    """The name of the sheet that stands for a file; None where there is none.

    Args:
        folder: the client folder.
        stem: the file without its ending, as `steps` or `pilot/feedback`.
    """
    path = workbook_of(folder)
    return _known(path)[0].get(stem) if path else None


def sheet_at(path: Path, stem: str) -> str | None:
    """The sheet to be read of a file: of the client's workbook the one of that name."""
    return sheet_in(path.parent, stem) if path.name == CLIENT_WORKBOOK else None


def shown_as(folder: Path, path: Path, sheet: str | None) -> str:
    """How messages name a file of the folder, and its sheet.

    >>> shown_as(Path("acme"), Path("acme/client.xlsx"), "steps")
    'client.xlsx [steps]'
    """
    name = path.relative_to(folder).as_posix()
    return f"{name} [{sheet}]" if sheet else name


def workbook_problems(folder: Path) -> Iterator[Problem]:
    """What is wrong with the workbook as such: its sheets are judged where they are read."""
    path = workbook_of(folder)
    if path is None:
        return
    found, unknown, refused = _known(path)
    yield from refused
    for name in unknown:
        yield Problem("warning", "sheet_unknown", CLIENT_WORKBOOK, None, name,
                      values={"near": near(name, sorted(_STEMS))})
    for stem, name in found.items():
        files = [f"{stem}{suffix}" for suffix in SUFFIXES if (folder / f"{stem}{suffix}").is_file()]
        if files:
            yield Problem("rejected", "sheet_twice", CLIENT_WORKBOOK, None, name,
                          values={"file": files[0]})


_Known = tuple[Mapping[str, str], tuple[str, ...], tuple[Problem, ...]]


def _known(path: Path) -> _Known:
    said = path.stat()
    return _read(path, said.st_mtime_ns, said.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int, _size: int) -> _Known:
    """The sheet of each file, the names that stand for none, and why nothing can be read."""
    try:
        names = sheet_names(path, CLIENT_WORKBOOK)
    except InputRefused as refusal:
        return {}, (), tuple(refusal.problems)
    found: dict[str, str] = {}
    unknown, problems = [], []
    for name in names:
        stem = _STEMS.get(folded(name))
        if stem is None:
            unknown.append(name)
        elif stem in found:
            problems.append(Problem("rejected", "sheet_twice", CLIENT_WORKBOOK, None, name,
                                    values={"file": f"{CLIENT_WORKBOOK} [{found[stem]}]"}))
        else:
            found[stem] = name
    return found, tuple(unknown), tuple(problems)

"""The files of a client folder: which name is the settings, which is data, which is a note."""

from __future__ import annotations

from pathlib import Path

FILE = "engagement.yaml"
NOTES = frozenset({"", ".md", ".txt", ".rtf", ".doc", ".docx", ".pdf", ".ppt", ".pptx", ".png",
                   ".jpg", ".jpeg", ".svg", ".html", ".msg", ".eml"})
"""The endings of files that people lay beside their data, and that nothing reads."""

_BARE = "events.txt"  # a log, as some systems name it, and no note


def event_files(folder: Path) -> list[Path]:
    """The files of a folder that seem to hold events."""
    return sorted(path for path in folder.glob("events*.*")
                  if path.suffix.lower() not in NOTES or path.name == _BARE)


def pilot_logs(folder: Path) -> list[Path]:
    """The files of events of the pilot."""
    return sorted((folder / "pilot").glob("events.*"))


def is_inside(folder: Path, name: str) -> bool:
    """Whether a name stays inside a folder, also after its links were followed.

    >>> is_inside(Path("/srv/acme"), "events.csv"), is_inside(Path("/srv/acme"), "../x.csv")
    (True, False)
    """
    path = Path(name)
    if path.is_absolute() or ":" in name or "\\" in name or ".." in path.parts:
        return False
    return (folder / path).resolve().is_relative_to(folder.resolve())

"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote


def replace(path: Path, content: bytes | str) -> Path:
    """Write a file so that a reader sees the old one or the new one, never a part of it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = replace(Path(folder) / "deep" / "note.txt", "whole")
    ...     path.read_text(), [each.name for each in path.parent.iterdir()]
    ('whole', ['note.txt'])
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def file_stem(name: str) -> str:
    """A name as the stem of a file: nothing in it can leave the folder or upset a system.

    >>> file_stem("cases"), file_stem("weekly_../T1"), file_stem("周")
    ('cases', 'weekly_%2E%2E%2FT1', '周')
    """
    return re.sub(r"[^\w-]", lambda found: quote(found[0], safe="").replace(".", "%2E"), name)


def cache_folder() -> Path:
    """Where things that are slow to make are kept between runs, for this user."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "workbench"

"""What the six stage notebooks cost beyond six empty ones, in one run on one machine.

Run by `make overhead`. "Empty" is a notebook with the same parameters cell and nothing else: the
kernel's start and stop, and papermill. The client is the first sample client, prepared once before.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

from workbench import intake, kernel, manifest
from workbench.model import STAGES


def empty(notebook: Path, folder: Path) -> Path:
    content = json.loads(notebook.read_text(encoding="utf-8"))
    content["cells"] = [cell for cell in content["cells"]
                        if "parameters" in cell["metadata"].get("tags", [])]
    path = folder / notebook.name
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def timed(notebook: Path, parameters: dict[str, str], stage: str) -> float:
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        kernel.execute(notebook, parameters, folder=Path(folder), stage=stage)
        return time.perf_counter() - started


def main(client_dir: str = "") -> None:
    with tempfile.TemporaryDirectory() as out:
        client = intake.open_client(client_dir, out, "duckdb")
        parameters = {"client_dir": str(client.engagement.folder.resolve()), "out_dir": out}
        rows = []
        for stage in STAGES:
            notebook = manifest.notebook_of(stage)
            rows.append((stage, timed(empty(notebook, Path(out)), parameters, stage),
                         timed(notebook, parameters, stage)))
    print(f"{'stage':<10}{'empty s':>10}{'stage s':>10}{'beyond s':>10}")
    for stage, bare, whole in [*rows, ("all six", *(sum(row[k] for row in rows) for k in (1, 2)))]:
        print(f"{stage:<10}{bare:>10.1f}{whole:>10.1f}{whole - bare:>10.1f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

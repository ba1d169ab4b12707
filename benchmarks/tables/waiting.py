"""Why work waited, for every event of a log: the seconds that it takes once the log is prepared."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import ours

from workbench.metrics.waiting import waiting_causes


def main(file: Path) -> dict[str, float]:
    """The seconds of the table of the causes of waiting."""
    log = ours.load(file)
    started = time.perf_counter()
    waiting_causes(log)
    return {"waiting_causes": time.perf_counter() - started}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))

"""Why work waited, for every event of a log: the seconds that it takes once the log is prepared."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import ours

from workbench import metrics


def main(file: Path) -> dict[str, float]:
    """The seconds of each table of the causes of waiting; none where there is no such table yet."""
    causes = getattr(getattr(metrics, "waiting", None), "waiting_causes", None)
    if causes is None:
        return {}
    log = ours.load(file)
    started = time.perf_counter()
    causes(log)
    return {"waiting_causes": time.perf_counter() - started}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))

"""Make the sample client: `python data/sample/generate.py [FOLDER] [--seed N] [--no-effect] …`.

The same arguments give the same bytes. The truth behind the sample goes to
`FOLDER.truth.json`, beside the client folder and never inside it.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from generator.extract import write_extracts  # noqa: E402 - the line above finds it
from generator.scenario import Scenario  # noqa: E402 - as above
from generator.sheets import write_sheets  # noqa: E402 - as above
from generator.surveys import write_surveys  # noqa: E402 - as above
from generator.truth import measure  # noqa: E402 - as above
from generator.world import make_world  # noqa: E402 - as above

__all__ = ["Scenario", "generate"]


def generate(folder: str | Path, scenario: Scenario | None = None) -> dict[str, object]:
    """Write a client folder and, beside it, the truth; returns the truth."""
    folder, scenario = Path(folder), scenario or Scenario()
    folder.mkdir(parents=True, exist_ok=True)
    world = make_world(scenario)
    events = world.events()
    rows = write_extracts(folder, world, events)
    write_surveys(folder, world, events)
    write_sheets(folder, scenario, world.labels)
    truth = {"scenario": asdict(scenario), "rows": rows, **measure(world, events)}
    text = json.dumps(truth, ensure_ascii=False, indent=1) + "\n"
    folder.with_name(f"{folder.name}.truth.json").write_text(text, encoding="utf-8", newline="")
    return truth


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=HERE / "complaints")
    parser.add_argument("--seed", type=int, default=Scenario.seed)
    parser.add_argument("--no-effect", action="store_true", help="leave the pilot's change out")
    parser.add_argument("--cause", default="approvals", help="the step that waits for sign-offs")
    parser.add_argument("--names", choices=("plain", "renamed"), default="plain")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--cases", type=float, default=1.0, help="volume, 1 is about 4,000 cases")
    asked = parser.parse_args()
    truth = generate(asked.folder, Scenario(
        seed=asked.seed, effect=not asked.no_effect, cause=asked.cause, names=asked.names,
        language=asked.language, cases=asked.cases,
    ))
    sys.stdout.write(f"{asked.folder}\n{json.dumps(truth['rows'])}\n")


if __name__ == "__main__":
    main()

"""Does the verdict keep its promises? Simulated pilots with a known effect, judged again and again.

    python benchmarks/calibration.py --runs 4000

writes benchmarks/RESULTS-calibration.md. Every world is 26 weeks before and 12 after the start
of a pilot in one unit, three comparison units, about 40 cases a unit-week, heavy-tailed
durations with a median of ten days, a 28-day horizon; what a world changes is in its line. In
the clean world every case is followed to the horizon; in the others observation ends with the
twelfth week, so that four weeks of cases are still open.
"""

from __future__ import annotations

import argparse
import math
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from statistics import NormalDist, median
from time import perf_counter

import numpy as np
import pandas as pd

from workbench.effect import Protocol, judge
from workbench.effect.cohort import read
from workbench.effect.shocks import design_of, shift_sd
from workbench.effect.weekly import weekly

BEFORE, AFTER, HORIZON_WEEKS = 26, 12, 4
HORIZON = 168.0 * HORIZON_WEEKS
MEDIAN_HOURS = 240.0
START = pd.Timestamp("2025-01-06", tz="UTC")
TYPES = np.array([-0.5, 0.0, 0.7])  # log duration of the three case types
MIX = np.array([0.4, 0.4, 0.2])
SHIFTED = np.array([0.3, 0.4, 0.3])


@dataclass(frozen=True)
class World:
    """One way the world may be; shocks are those of a single unit, on the log scale."""

    name: str
    says: str
    shock: str = "none"  # none, ar, walk, arma
    rho: float = 0.0
    sigma: float = 0.0
    season: float = 0.0
    mix_shift: bool = False
    open_cases: bool = True
    cases: float = 40.0
    volumes: tuple[float, ...] = (1, 1, 1, 1)  # of the pilot, then of each comparison unit
    tail: float = 4.0  # degrees of freedom of the log durations
    spread: float = 0.6


CLEAN = World("clean", "independent weeks, all cases followed", open_cases=False)
HARD = World("F", "open cases, AR(1) shocks (0.5, sd 0.07), season, mix shift", "ar", 0.5, 0.07,
             season=0.2, mix_shift=True)
STRESS = (
    replace(HARD, name="F strong", says="as F with shocks (0.7, sd 0.12)", rho=0.7, sigma=0.12),
    replace(HARD, name="walk", says="random walks, 3 % a week", shock="walk", sigma=0.03),
    replace(HARD, name="walk strong", says="random walks, 6 % a week", shock="walk", sigma=0.06),
    replace(HARD, name="arma", says="ARMA(1, 1) shocks, sd 0.1", shock="arma", sigma=0.1),
    replace(HARD, name="volumes", says="as F, volumes 1 : 3 : 0.5 : 0.2",
            volumes=(1, 3, 0.5, 0.2)),
    replace(HARD, name="1 unit", says="as F, one comparison unit", volumes=(1, 1)),
    replace(HARD, name="2 units", says="as F, two comparison units", volumes=(1, 1, 1)),
    replace(HARD, name="walk 1 unit", says="random walks, 3 % a week, one comparison unit",
            shock="walk", sigma=0.03, volumes=(1, 1)),
    replace(HARD, name="walk strong 1 unit", says="random walks, 6 % a week, one comparison "
            "unit", shock="walk", sigma=0.06, volumes=(1, 1)),
    replace(HARD, name="alone", says="as F, no comparison unit (indicative)", volumes=(1,)),
    replace(HARD, name="5 cases", says="as F, 5 cases a unit-week", cases=5),
    replace(HARD, name="500 cases", says="as F, 500 cases a unit-week", cases=500),
)
WORLDS = (CLEAN, HARD, *STRESS)


def shocks(world: World, random: np.random.Generator, weeks: int) -> np.ndarray:
    """The weekly shocks of one unit."""
    if world.shock == "none" or world.sigma == 0:
        return np.zeros(weeks)
    draws = random.normal(size=weeks + 30)
    if world.shock == "walk":
        return world.sigma * np.cumsum(draws[:weeks])
    if world.shock == "arma":
        draws = draws + 0.6 * np.append(0, draws[:-1])
        rho, scale = 0.5, world.sigma / math.sqrt(1 + 1.1**2 / 0.75)
    else:
        rho, scale = world.rho, world.sigma * math.sqrt(1 - world.rho**2)
    path = np.zeros(weeks + 30)
    for week in range(1, weeks + 30):
        path[week] = rho * path[week - 1] + scale * draws[week]
    return path[30:]


def simulate(world: World, effect: float, seed: int) -> pd.DataFrame:
    """One table of cases; `effect` is the log change of durations in the pilot."""
    random = np.random.default_rng(seed)
    weeks = BEFORE + AFTER
    common = shocks(replace(world, sigma=world.sigma * 1.5), random, weeks)
    season = world.season * np.sin(2 * np.pi * (np.arange(weeks) + random.integers(52)) / 52)
    parts = []
    for unit, volume in enumerate(world.volumes):
        level = common + season + shocks(world, random, weeks) + 0.3 * random.normal()
        counts = random.poisson(world.cases * volume, weeks)
        week = np.repeat(np.arange(weeks), counts)
        after = week >= BEFORE
        mix = SHIFTED if world.mix_shift and unit == 0 else MIX
        types = np.where(after, random.choice(3, len(week), p=mix),
                         random.choice(3, len(week), p=MIX))
        log_hours = (math.log(MEDIAN_HOURS) + level[week] + TYPES[types]
                     + world.spread * random.standard_t(world.tail, len(week)))
        log_hours += effect * (after & (unit == 0))
        start = 168 * (week - BEFORE + random.random(len(week)))
        parts.append((np.full(len(week), unit), types, start, np.exp(log_hours)))
    unit, types, start, hours = (np.concatenate(column) for column in zip(*parts, strict=True))
    cut = 168.0 * (AFTER if world.open_cases else AFTER + HORIZON_WEEKS)
    end = np.where(start + hours <= cut, start + hours, np.nan)
    names = np.array(["pilot", "one", "two", "three"], dtype=object)
    kinds = np.array(["simple", "usual", "hard"], dtype=object)
    moments = START + pd.to_timedelta(BEFORE * 7, unit="D")
    return pd.DataFrame({
        "case_id": np.arange(len(unit)), "unit": names[unit], "stratum": kinds[types],
        "start": moments + pd.to_timedelta(start, unit="h"),
        "end": moments + pd.to_timedelta(end, unit="h"),
    })


def protocol_of(world: World, target: float = -0.2) -> Protocol:
    """The protocol under which a world is judged."""
    start = START + pd.to_timedelta(BEFORE * 7, unit="D")
    weeks = AFTER if world.open_cases else AFTER + HORIZON_WEEKS
    return Protocol.from_dict({
        "kpi": "throughput", "direction": "down", "pilot_units": ["pilot"],
        "comparison_units": ["one", "two", "three"][: len(world.volumes) - 1],
        "pilot_start": start, "cut": start + pd.to_timedelta(7 * weeks, unit="D"),
        "horizon_hours": HORIZON, "target": target,
    })


@cache
def truth(world: World, effect: float) -> float:
    """The relative change of the geometric mean of min(duration, horizon) that is planted."""
    random = np.random.default_rng(1)
    size = 1_000_000
    types = random.choice(3, size, p=MIX)
    level = 0.3 * random.normal(size=size)
    level += world.season * np.sin(2 * np.pi * random.random(size))
    if world.shock != "none":
        level += world.sigma * math.sqrt(3.25) * random.normal(size=size)
    hours = math.log(MEDIAN_HOURS) + level + TYPES[types]
    hours += world.spread * random.standard_t(world.tail, size)
    capped = np.minimum(hours + effect, math.log(HORIZON)) - np.minimum(hours, math.log(HORIZON))
    return math.expm1(float(capped.mean()))


def oracle_width(cases: pd.DataFrame, world: World, protocol: Protocol) -> float:
    """Width of the interval (log scale) of one who knows the shocks' parameters."""
    series = weekly(read(cases, protocol), shares=False)
    if series is None or not series.compared or world.shock not in {"none", "ar"}:
        return math.nan
    seen = truth(world, 0.01)  # shocks shrink like effects where the horizon cuts
    sigma = world.sigma * math.log1p(seen) / 0.01 * math.sqrt(1 + 1 / (len(world.volumes) - 1))
    error = shift_sd(series.week, series.variance, design_of(series.week, ("level", "shift")),
                     world.rho, sigma)
    return 2 * NormalDist().inv_cdf(0.975) * error


def one(task: tuple[World, float, int]) -> dict[str, float]:
    """One simulated pilot, judged."""
    world, effect, seed = task
    cases = simulate(world, effect, seed)
    planted = truth(world, effect)
    protocol = protocol_of(world, planted if effect else -0.2)
    begun = perf_counter()
    verdict = judge(cases, protocol)
    seconds = perf_counter() - begun
    naive = verdict.details["naive"]
    return {
        "missed": not verdict.low <= planted <= verdict.high,
        "signal": not verdict.low <= 0 <= verdict.high,
        "reached": verdict.outcome == "reached",
        "by_rule": bool(verdict.details["rule"]),
        "unruled": (not verdict.details["rule"]) and not verdict.low <= planted <= verdict.high,
        "wrong": verdict.outcome == ("not_reached" if effect else "reached"),
        "width": math.log1p(verdict.high) - math.log1p(verdict.low),
        "oracle": oracle_width(cases, world, protocol),
        "naive_missed": not naive["low"] <= planted <= naive["high"],
        "naive_signal": not naive["low"] <= 0 <= naive["high"],
        "seconds": seconds,
    }


def cell(world: World, effect: float, runs: int, spread: Callable[..., object]) -> dict[str, float]:
    """Shares over many runs; seeds are 0 to runs - 1 for every cell."""
    rows = list(spread(one, [(world, effect, seed) for seed in range(runs)], chunksize=25))
    shares = {name: sum(row[name] for row in rows) / runs
              for name in ("missed", "signal", "reached", "by_rule", "unruled", "wrong",
                           "naive_missed", "naive_signal")}
    middle = {name: median(row[name] for row in rows) for name in ("width", "oracle", "seconds")}
    return shares | middle


def table(runs: int, worlds: tuple[World, ...]) -> str:
    """The table of all worlds, as Markdown."""
    heads = ("world", "", "interval misses (no effect)", "interval misses (−20 %)",
             "false alarms", "false reached at the boundary", "power at −20 %", "width / oracle",
             "no verdict by rule", "misses where no rule applies", "wrong verdicts",
             "naive false alarms", "naive misses")
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    seconds = []
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for world in worlds:
            none, fifth = (cell(world, effect, runs, pool.map) for effect in (0.0, math.log(0.8)))
            ratio = none["width"] / none["oracle"]
            numbers = [none["missed"], fifth["missed"], none["signal"], fifth["reached"],
                       fifth["signal"]]
            shown = [f"{100 * number:.1f} %" for number in numbers]
            shown += ["–" if math.isnan(ratio) else f"{ratio:.2f}",
                      f"{50 * (none['by_rule'] + fifth['by_rule']):.1f} %",
                      f"{50 * (none['unruled'] + fifth['unruled']):.1f} %",
                      f"{50 * (none['wrong'] + fifth['reached'] + fifth['wrong']):.1f} %",
                      f"{100 * none['naive_signal']:.1f} %",
                      f"{100 * none['naive_missed']:.1f} %"]
            lines.append(f"| {world.name} | {world.says} | " + " | ".join(shown) + " |")
            print(lines[-1], flush=True)
            seconds += [none["seconds"], fifth["seconds"]]
    print(f"median judgement: {1000 * median(seconds):.1f} ms")
    return "\n".join(lines)


def main() -> None:
    """Run and write the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=1000)
    options.add_argument("--only", default="", help="names of worlds, separated by commas")
    chosen = options.parse_args()
    names = chosen.only.split(",") if chosen.only else [world.name for world in WORLDS]
    text = table(chosen.runs, tuple(world for world in WORLDS if world.name in names))
    if chosen.only:
        return
    folder = Path(__file__).parent
    (folder / "RESULTS-calibration.md").write_text(
        f"# Calibration of the pilot verdict\n\n{chosen.runs} simulated pilots per cell (seeds 0 "
        f"to {chosen.runs - 1}), `python benchmarks/calibration.py --runs {chosen.runs}`.\n\n"
        f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()

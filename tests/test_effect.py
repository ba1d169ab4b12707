"""What a verdict must get right: planted effects found, none invented, traps stepped over."""

import math
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench.effect import Protocol, difference_in_differences, judge, newcombe, wilson

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
import calibration  # the simulator that the published error rates come from

START = pd.Timestamp("2025-07-07", tz="Asia/Shanghai")
FIFTH = math.log(0.8)


def pilot(**changes):
    stated = {
        "kpi": "throughput", "direction": "down", "pilot_units": ["east"],
        "comparison_units": ["west", "north"], "pilot_start": START,
        "cut": START + pd.Timedelta(weeks=10), "horizon_hours": 336, "target": -0.1,
    }
    return Protocol.from_dict(stated | changes)


def cases(effect=0.0, units=("east", "west", "north"), per_week=30, weeks=(-20, 10), seed=0,
          mix_after=None, season=0.0):
    """Cases of every unit and week; `effect` is the log change of durations in east."""
    random = np.random.default_rng(seed)
    rows = []
    for unit in units:
        for week in range(*weeks):
            mix = mix_after if mix_after and week >= 0 and unit == "east" else (0.7, 0.3)
            for kind in random.choice(["easy", "hard"], per_week, p=mix):
                start = 168 * (week + random.random())
                hours = 40 * (3 if kind == "hard" else 1) * math.exp(
                    0.6 * random.normal() + season * math.sin(week / 8)
                    + (effect if unit == "east" and week >= 0 else 0))
                rows.append((unit, kind, start, hours))
    table = pd.DataFrame(rows, columns=["unit", "stratum", "start", "hours"])
    begun = START + pd.to_timedelta(table["start"], unit="h")
    ended = begun + pd.to_timedelta(table["hours"], unit="h")
    return table.assign(case_id=range(len(table)), start=begun, end=ended)[
        ["case_id", "unit", "stratum", "start", "end"]]


def seen_at(table, cut):
    """The table as an export at `cut` shows it: later cases absent, unfinished ones open."""
    table = table[table["start"] < cut]
    return table.assign(end=table["end"].where(table["end"] <= cut))


def test_a_planted_effect_is_found_and_its_target_reached():
    verdict = judge(cases(effect=math.log(0.6)), pilot())
    assert verdict.outcome == "reached"
    assert verdict.low < -0.3 < verdict.high or verdict.low < -0.38 < verdict.high
    assert verdict.low < verdict.effect < verdict.high < -0.1


def test_no_effect_is_no_success():
    outcomes = [judge(cases(seed=seed), pilot()).outcome for seed in range(10)]
    assert "reached" not in outcomes


def test_an_effect_short_of_the_target_is_not_reached():
    verdict = judge(cases(effect=math.log(0.9)), pilot(target=-0.4))
    assert (verdict.outcome, verdict.low < -0.1 < verdict.high) == ("not_reached", True)


def test_open_cases_are_no_short_cases():
    # ten days' work watched for four weeks: the naive comparison calls the survivors an effect
    cut = START + pd.Timedelta(weeks=5)
    table = cases(units=("east", "west"), per_week=60)
    table["end"] = table["start"] + (table["end"] - table["start"]) * 4
    verdict = judge(seen_at(table, cut), pilot(cut=cut, comparison_units=["west"], target=-0.2))
    assert verdict.details["naive"]["high"] < 0
    assert verdict.low < 0 < verdict.high
    assert verdict.outcome != "reached"


def test_a_case_open_at_the_horizon_counts_as_the_horizon():
    table = cases(per_week=20)
    stuck = (table["unit"] == "east") & (table["start"] >= START)
    never = table.assign(end=table["end"].mask(stuck))
    verdict = judge(never, pilot())
    assert verdict.after == pytest.approx(336, rel=0.01)
    assert verdict.low > 1


def test_only_cases_followed_to_the_horizon_count():
    table = cases(per_week=10)
    cut = START + pd.Timedelta(weeks=6)
    young = table["start"] + pd.Timedelta(hours=336) > cut
    verdict = judge(seen_at(table, cut), pilot(cut=cut))
    after = (table["unit"] == "east") & (table["start"] >= START) & ~young
    assert verdict.n == int(after.sum())
    assert verdict.details["counts"]["immature"] == int((young & (table["start"] < cut)).sum())


def test_a_shift_in_case_mix_is_no_effect():
    table = cases(mix_after=(0.95, 0.05), per_week=60)
    verdict = judge(table, pilot(target=-0.2))
    plain = judge(table.drop(columns="stratum"), pilot(target=-0.2))
    assert plain.high < 0
    assert verdict.low < 0 < verdict.high
    assert verdict.details["mix"]["mix"] < -0.1 < verdict.details["mix"]["within"]


def test_a_season_that_all_units_share_is_no_effect():
    verdict = judge(cases(season=0.5, per_week=60), pilot(target=-0.2))
    assert verdict.low < 0 < verdict.high


def test_without_comparison_units_the_verdict_is_indicative_and_says_so():
    table = cases(effect=math.log(0.5), units=("east",))
    verdict = judge(table, pilot(comparison_units=[]))
    assert verdict.indicative
    assert verdict.method == "segmented"
    assert "ndicative" in verdict.text_en
    assert "仅供参考" in verdict.text_zh
    assert verdict.low < -0.4 < verdict.high


def test_a_trend_of_the_baseline_is_no_effect_without_comparison_units():
    table = cases(units=("east",), per_week=60)
    weeks = (table["start"] - START) / pd.Timedelta(weeks=1)
    table["end"] = table["start"] + (table["end"] - table["start"]) * np.exp(-0.02 * weeks)
    verdict = judge(table, pilot(comparison_units=[]))
    assert verdict.low < 0 < verdict.high


def test_few_weeks_widen_the_interval():
    table = cases(effect=math.log(0.7))
    widths = []
    for weeks in (4, 6, 10):
        cut = START + pd.Timedelta(weeks=weeks)
        verdict = judge(seen_at(table, cut), pilot(cut=cut))
        widths.append(math.log1p(verdict.high) - math.log1p(verdict.low))
    assert widths == sorted(widths, reverse=True)


def test_a_rate_without_any_event_keeps_an_interval():
    table = cases(per_week=10).assign(value=0.0)
    verdict = judge(table, pilot(kpi="rate", target=-0.01))
    assert verdict.low < 0 < verdict.high
    assert verdict.outcome == "cannot_tell"


def test_a_rate_is_judged_on_its_difference():
    table = cases(per_week=40)
    random = np.random.default_rng(1)
    better = (table["unit"] == "east") & (table["start"] >= START)
    table["value"] = (random.random(len(table)) < np.where(better, 0.8, 0.5)).astype(float)
    verdict = judge(table, pilot(kpi="rate", direction="up", target=0.1))
    assert verdict.outcome == "reached"
    assert verdict.low < 0.3 < verdict.high
    assert (round(verdict.before, 1), round(verdict.after, 1)) == (0.5, 0.8)


def test_a_score_is_judged_on_its_difference():
    table = cases(per_week=40)
    random = np.random.default_rng(1)
    better = (table["unit"] == "east") & (table["start"] >= START)
    table["value"] = np.clip(np.round(random.normal(3, 1, len(table)) + 0.6 * better), 1, 5)
    verdict = judge(table, pilot(kpi="score", direction="up", target=0.2))
    assert verdict.outcome == "reached"
    assert verdict.low < 0.55 < verdict.high


@pytest.mark.parametrize(("harm", "outcome"), [(0.0, "reached"), (0.3, "not_reached")])
def test_a_guardrail_holds_only_when_the_whole_interval_is_within_its_margin(harm, outcome):
    table = cases(per_week=80)
    random = np.random.default_rng(2)
    worse = (table["unit"] == "east") & (table["start"] >= START)
    table["value"] = (random.random(len(table)) < 0.05 + harm * worse).astype(float)
    verdict = judge(table, pilot(kpi="rate", role="guardrail", margin=0.08))
    assert (verdict.outcome, verdict.target) == (outcome, 0.08)


def test_not_significant_is_not_safe():
    table = cases(per_week=4)
    random = np.random.default_rng(2)
    table["value"] = (random.random(len(table)) < 0.3).astype(float)
    verdict = judge(table, pilot(kpi="rate", role="guardrail", margin=0.02))
    assert verdict.low < 0 < verdict.high
    assert verdict.outcome == "cannot_tell"


def test_more_weeks_are_promised_only_while_it_cannot_be_told():
    table = cases(effect=math.log(0.85), per_week=15)
    verdict = judge(table, pilot(target=-0.05))
    assert (verdict.outcome, verdict.weeks_needed > 0) == ("cannot_tell", True)
    assert judge(table, pilot(target=0.5)).weeks_needed is None


def test_the_promised_weeks_are_enough_when_the_estimate_stays():
    table = cases(effect=math.log(0.8), per_week=15, weeks=(-20, 8), seed=1)
    after = table[table["start"] >= START]
    again = [after.assign(start=after["start"] + pd.Timedelta(weeks=8 * times),
                          end=after["end"] + pd.Timedelta(weeks=8 * times))
             for times in range(1, 9)]
    cut = START + pd.Timedelta(weeks=10)
    first = judge(table, pilot(cut=cut))
    target = first.high - 0.2 * (first.high - first.effect)
    first = judge(table, pilot(cut=cut, target=target))
    assert first.outcome == "cannot_tell"
    later = cut + pd.Timedelta(weeks=8 * math.ceil(first.weeks_needed / 8))
    verdict = judge(pd.concat([table, *again]), pilot(cut=later, target=target))
    assert verdict.outcome == "reached"


def test_the_order_of_rows_and_the_names_of_units_change_nothing():
    table = cases(effect=math.log(0.8))
    shuffled = table.sample(frac=1, random_state=3)
    first, second = judge(table, pilot()), judge(shuffled, pilot())
    assert (first.effect, first.low) == pytest.approx((second.effect, second.low), abs=1e-9)
    renamed = table.assign(unit=table["unit"].map({"east": "Z", "west": "b", "north": "ä"}))
    third = judge(renamed, pilot(pilot_units=["Z"], comparison_units=["ä", "b"]))
    assert third.effect == pytest.approx(first.effect, abs=1e-6)


def test_a_clock_elsewhere_changes_nothing():
    table = cases(effect=math.log(0.8))
    abroad = table.assign(start=table["start"].dt.tz_convert("America/New_York"),
                          end=table["end"].dt.tz_convert("UTC"))
    moved = pilot(pilot_start=START.tz_convert("UTC"))
    assert judge(abroad, moved).effect == judge(table, pilot()).effect


def test_false_alarms_stay_rare_where_the_naive_comparison_cries_wolf():
    rows = [calibration.one((calibration.HARD, 0.0, seed)) for seed in range(40)]
    assert sum(row["missed"] for row in rows) <= 5  # 5 % of 40, and two standard errors
    assert sum(row["naive_signal"] for row in rows) >= 16


def test_strong_persistent_shocks_widen_the_interval_enough():
    world = next(each for each in calibration.WORLDS if each.name == "F strong")
    rows = [calibration.one((world, 0.0, seed)) for seed in range(40, 80)]
    assert sum(row["missed"] for row in rows) <= 5


def test_the_interval_covers_the_planted_effect_and_is_not_vague():
    rows = [calibration.one((calibration.HARD, FIFTH, seed)) for seed in range(40)]
    assert sum(row["missed"] for row in rows) <= 5
    assert sum(row["reached"] for row in rows) <= 4  # the target is the truth itself
    assert sum(row["signal"] for row in rows) >= 0.5 * 40
    assert np.median([row["width"] / row["oracle"] for row in rows]) <= 1.2


@pytest.mark.parametrize(("effect", "outcome", "rule"), [
    (math.log(0.25), "reached", ""), (math.log(0.85), "cannot_tell", "drift")])
def test_where_units_drift_apart_only_a_large_effect_is_a_verdict(effect, outcome, rule):
    table = cases(effect=effect, units=("east", "west", "north", "south"), per_week=40)
    random = np.random.default_rng(4)
    for unit in ("east", "west", "north", "south"):
        walk = np.cumsum(0.08 * random.normal(size=30))
        ours = table["unit"] == unit
        week = ((table.loc[ours, "start"] - START) // pd.Timedelta(weeks=1)).to_numpy() + 20
        longer = (table.loc[ours, "end"] - table.loc[ours, "start"]) * np.exp(walk[week])
        table.loc[ours, "end"] = (table.loc[ours, "start"] + longer).dt.as_unit("us")
    verdict = judge(table, pilot(comparison_units=["west", "north", "south"], target=-0.2))
    assert verdict.details["drift"] > 0.5
    assert (verdict.outcome, verdict.details["rule"]) == (outcome, rule)


def test_reference_intervals_of_proportions():
    assert newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(9, 10, 3, 10) == pytest.approx((0.1705, 0.8090), abs=5e-5)
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    low, high = newcombe(0, 10, 0, 10)
    assert low < -0.2 < 0.2 < high


@pytest.mark.real_logs
def test_card_and_krueger_from_their_survey(shared_data):
    survey = pd.read_csv(shared_data / "statistics" / "ck.csv")
    half = len(survey) // 2
    before, after = survey[survey["d"] == 0], survey[survey["d"] == 1]
    assert len(before) == len(after) == half  # pairs stand in the same order: id 407 occurs twice
    change = after["fte"].to_numpy() - before["fte"].to_numpy()
    changes = [pd.Series(change[before["nj"].to_numpy() == state]).dropna() for state in (1, 0)]
    assert sum(map(len, changes)) == 384
    found = difference_in_differences(
        *((each.mean(), each.std() / math.sqrt(len(each))) for each in changes))
    assert found == pytest.approx((2.75, 1.34), abs=0.005)


def test_card_and_krueger_again():
    # Card & Krueger 1994, table 3: change in New Jersey and in Pennsylvania, balanced stores
    assert difference_in_differences((0.47, 0.48), (-2.28, 1.25)) == pytest.approx(
        (2.75, 1.34), abs=0.005)

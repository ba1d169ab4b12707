"""What must never become a stack trace or a number out of nothing."""

import math

import numpy as np
import pandas as pd
import pytest

from workbench.effect import Protocol, judge
from workbench.errors import WrongUse

START = pd.Timestamp("2025-07-07", tz="UTC")
STATED = {
    "kpi": "throughput", "direction": "down", "pilot_units": ["east"],
    "comparison_units": ["west"], "pilot_start": START, "cut": START + pd.Timedelta(weeks=8),
    "horizon_hours": 168, "target": -0.2,
}


def rows(weeks, units=("east", "west"), per_week=5, hours=lambda place: 20 + place % 7):
    found = [
        {"case_id": f"{unit}{week}-{place}", "unit": unit,
         "start": START + pd.Timedelta(hours=168 * week + 30 * place),
         "end": START + pd.Timedelta(hours=168 * week + 30 * place + hours(place + week))}
        for unit in units for week in weeks for place in range(per_week)]
    return pd.DataFrame(found, columns=["case_id", "unit", "start", "end"]).astype(
        {"start": "datetime64[us, UTC]", "end": "datetime64[us, UTC]"})


def rule(table, **changes):
    verdict = judge(table, STATED | changes)
    assert verdict.outcome == "cannot_tell"
    assert verdict.text_en
    assert verdict.text_zh
    return verdict.details["rule"]


def test_no_case_at_all_cannot_tell():
    assert rule(rows([])) == "no_cases"


def test_no_pilot_week_cannot_tell():
    assert rule(rows(range(-10, 0))) == "no_pilot_week"


def test_no_matured_case_cannot_tell():
    assert rule(rows(range(3)), cut=START + pd.Timedelta(days=5)) == "no_matured"


def test_no_baseline_cannot_tell():
    assert rule(rows(range(6))) == "no_baseline"


def test_a_pilot_unit_that_is_new_cannot_tell():
    table = pd.concat([rows(range(6), ("east",)), rows(range(-10, 6), ("west",))])
    assert rule(table) == "no_baseline"


def test_one_pilot_week_cannot_tell_by_rule_but_has_an_estimate():
    verdict = judge(rows(range(-10, 1)), STATED)
    assert (verdict.outcome, verdict.details["rule"]) == ("cannot_tell", "few_weeks")
    assert math.isfinite(verdict.effect)
    assert "two matured pilot weeks" in verdict.text_en


def test_one_baseline_week_cannot_tell_by_rule():
    assert rule(rows(range(-1, 6))) == "few_weeks"


def test_one_case_a_week_does_not_crash():
    verdict = judge(rows(range(-10, 6), per_week=1), STATED)
    assert verdict.low < verdict.effect < verdict.high


def test_values_that_are_all_equal_cannot_tell():
    assert rule(rows(range(-10, 6), hours=lambda _: 20)) == "all_equal"


def test_scores_that_are_all_equal_cannot_tell():
    table = rows(range(-10, 6)).assign(value=4.0)
    assert rule(table, kpi="score", direction="up", target=0.1) == "all_equal"


def test_cases_without_a_value_are_set_aside_and_counted():
    table = rows(range(-10, 6)).assign(value=1.0)
    table.loc[::3, "value"] = np.nan
    verdict = judge(table, STATED | {"kpi": "rate", "target": -0.1})
    assert verdict.details["counts"]["no_value"] == len(table.iloc[::3])


def test_cases_without_a_start_or_running_backwards_are_set_aside():
    table = rows(range(-10, 6))
    table.loc[0, "start"] = pd.NaT
    table.loc[1, "end"] = table.loc[1, "start"] - pd.Timedelta(hours=1)
    counts = judge(table, STATED).details["counts"]
    assert (counts["no_start"], counts["no_value"]) == (1, 1)
    assert counts["read"] == len(table) == counts["kept"] + sum(
        counts[name] for name in counts if name not in {"read", "kept"})


def test_instant_cases_count_as_one_minute():
    table = rows(range(-10, 6), hours=lambda place: 0 if place % 2 else 10)
    assert math.isfinite(judge(table, STATED).effect)


def test_cases_of_no_unit_and_of_other_units_are_left_out():
    table = pd.concat([rows(range(-10, 6)), rows(range(-10, 6), ("south",)),
                       rows(range(-10, 6), (None,))])
    assert judge(table, STATED).details["counts"]["other_units"] == 2 * 16 * 5


def test_no_pilot_units_means_the_whole_process():
    table = rows(range(-10, 6)).drop(columns="unit")
    verdict = judge(table, STATED | {"pilot_units": [], "comparison_units": []})
    assert (verdict.indicative, verdict.n) == (True, 2 * 6 * 5)


def test_weeks_without_cases_are_gaps_and_no_zeros():
    weeks = [week for week in range(-12, 6) if week not in {-5, -4, 2}]
    verdict = judge(rows(weeks), STATED)
    assert [row["week"] for row in verdict.details["weekly"]] == weeks


def test_the_edge_of_an_export_is_no_baseline_week():
    table = pd.concat([rows([-14], per_week=1, units=("west",)), rows(range(-13, 6))])
    assert judge(table, STATED).details["weekly"][0]["week"] == -13


def test_washout_and_the_end_of_the_pilot_leave_cases_out():
    verdict = judge(rows(range(-10, 7)), STATED | {
        "washout_hours": 168, "pilot_end": START + pd.Timedelta(weeks=5)})
    assert [row["week"] for row in verdict.details["weekly"]][-4:] == [1, 2, 3, 4]
    assert verdict.details["counts"]["washout"] == 2 * 5


def test_a_look_before_the_end_says_so():
    verdict = judge(rows(range(-10, 6)), STATED | {"pilot_end": START + pd.Timedelta(weeks=20)})
    assert verdict.details["interim"]
    assert "Interim" in verdict.text_en
    assert "中期" in verdict.text_zh


def test_a_protocol_may_be_plain_text():
    stated = STATED | {"pilot_start": START.isoformat(), "cut": STATED["cut"].isoformat()}
    table = rows(range(-10, 6))
    assert judge(table, stated).effect == judge(table, STATED).effect


def test_a_list_of_records_will_do():
    table = rows(range(-10, 6))
    assert judge(table.to_dict("records"), STATED).effect == judge(table, STATED).effect


@pytest.mark.parametrize(("changes", "named"), [
    ({"kpi": "speed"}, "speed"),
    ({"direction": "left"}, "left"),
    ({"horizon_hours": 0}, "horizon_hours"),
    ({"horizon_hours": float("nan")}, "horizon_hours"),
    ({"confidence": 95}, "confidence"),
    ({"target": -1.5}, "target"),
    ({"target": "much"}, "much"),
    ({"comparison_units": ["east"]}, "east"),
    ({"pilot_units": ["Eest"]}, "Eest"),
    ({"targets": 1}, "targets"),
    ({"cut": None}, "cut"),
    ({"cut": "soon"}, "soon"),
    ({"role": "guardrail"}, "margin"),
    ({"pilot_start": START.tz_localize(None)}, "pilot_start"),
])
def test_a_protocol_that_means_nothing_is_refused_by_name_in_both_languages(changes, named):
    with pytest.raises(WrongUse, match=named) as refused:
        judge(rows(range(-10, 6)), STATED | changes)
    english, chinese = str(refused.value).split("\n")[::-1]
    assert english.isascii() != chinese.isascii() or named in english


def test_missing_columns_are_named():
    with pytest.raises(WrongUse, match="start"):
        judge(rows(range(-10, 6)).drop(columns="start"), STATED)


def test_times_with_and_without_zone_are_not_mixed():
    table = rows(range(-10, 6))
    with pytest.raises(WrongUse, match="zone"):
        judge(table.assign(start=table["start"].dt.tz_localize(None)), STATED)


def test_times_as_text_need_a_zone_too():
    table = rows(range(-10, 6))
    text = table.assign(start=table["start"].astype(str), end=table["end"].astype(str))
    assert judge(text, STATED).effect == judge(table, STATED).effect
    bare = table.assign(start=table["start"].dt.tz_localize(None).astype(str))
    with pytest.raises(WrongUse, match="zone"):
        judge(bare, STATED)
    with pytest.raises(WrongUse, match="start"):
        judge(table.assign(start="yesterday"), STATED)


def test_units_may_be_numbers():
    table = rows(range(-10, 6))
    numbered = table.assign(unit=table["unit"].map({"east": 1.0, "west": 2.0}))
    numbered.loc[len(numbered)] = numbered.iloc[0].to_dict() | {"unit": None}
    verdict = judge(numbered, STATED | {"pilot_units": [1], "comparison_units": [2]})
    assert verdict.effect == judge(table, STATED).effect


def test_rates_outside_nought_and_one_are_refused():
    with pytest.raises(WrongUse, match="0"):
        judge(rows(range(-10, 6)).assign(value=7), STATED | {"kpi": "rate", "target": -0.1})


def test_a_frozen_protocol_cannot_be_changed():
    with pytest.raises(AttributeError):
        Protocol.from_dict(STATED).target = 0

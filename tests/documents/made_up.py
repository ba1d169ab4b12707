"""A made-up diagnosis and a made-up evaluation, with every kind of thing a result may hold."""

from datetime import UTC, date, datetime, timedelta

import pandas as pd

from workbench.model import Figure, Problem, Result, Statement

HOSTILE = '</script><img src="//evil.example/x" onerror="alert(1)">'


def diagnosis(odd: str = "Verify") -> Result:
    """A diagnosis in which one activity is called `odd`."""
    steps = ["Receive", odd, "Decide", "Approve second level", "Pay", "File"]
    zh = ["受理登记", odd, "审批决定", "二级审批", "付款", "归档"]
    names = zh if odd == "核验" else steps
    activities = pd.DataFrame({
        "activity": names, "events": [400, 520, 400, 180, 330, 320],
        "cases": [400, 400, 396, 170, 330, 320], "self_loops": [0, 12, 0, 0, 0, 0],
        "repetitions": [0, 108, 4, 10, 0, 0], "rework_cases": [0, 102, 4, 9, 0, 0],
        "rework_rate": [0, 0.255, 0.0101, 0.0529, 0, 0],
        "median_processing_hours": [0.2, 0.7, 0.5, 0.25, 0.1, 0.05],
        "median_waiting_hours": [float("nan"), 2.4, 9.1, 31.5, 5.0, 1.2],
    })
    flows = [(0, 1, 400, 2.4), (1, 2, 390, 9.1), (1, 1, 12, 0.5), (2, 3, 176, 31.5),
             (2, 1, 108, 4.4), (3, 4, 166, 5.2), (2, 4, 112, 3.9), (4, 5, 320, 1.2), (3, 2, 4, 8)]
    follows = pd.DataFrame(
        [(names[a], names[b], n, n, hours) for a, b, n, hours in flows],
        columns=["source", "target", "events", "cases", "median_hours"])
    weeks = [date(2025, 1, 6) + timedelta(weeks=turn) for turn in range(26)]
    return Result(
        stage="diagnose", client=f"Example & Co {odd}", process="Applications", language="en",
        figures={
            "median_throughput": Figure(51.3, "hours", n=3912, low=49.1, high=53.9,
                                        source="cases.throughput_hours"),
            "late_share": Figure(0.683, "share", n=3912, low=0.668, high=0.697,
                                 source="cases.throughput_hours"),
            "monthly_cost": Figure(96000.0, "money", low=81000.0, high=112000.0,
                                   source="issues.money"),
            "waiting_share": Figure(0.78, "share", n=3912, source="cases.waiting_hours"),
            "cut": Figure(datetime(2025, 6, 30, tzinfo=UTC), "moment"),
            "nothing": Figure(None, "hours"),
        },
        statements={
            "first_page": tuple(
                Statement("chart.map.step", {
                    "source": odd, "target": names[turn],
                    "events": Figure(1240.0, "effort", low=1000.0, high=1500.0),
                    "hours": Figure(51.3, "hours", n=3912)})
                for turn in range(5)),
        },
        tables={
            "activities": activities, "directly_follows": follows,
            "start_activities": pd.DataFrame({"activity": names[:1], "cases": [400]}),
            "end_activities": pd.DataFrame({"activity": [names[5], names[4]],
                                                "cases": [320, 10]}),
            "time_split": activities[["activity"]].assign(
                processing_hours=[80.0, 364, 200, 45, 33, 16],
                waiting_hours=[0.0, 1248, 3640, 5670, 1650, 384]),
            "throughput_histogram": pd.DataFrame({
                "low_hours": [float(8 * turn) for turn in range(14)],
                "high_hours": [float(8 * turn + 8) for turn in range(14)],
                "cases": [12, 48, 66, 70, 54, 40, 33, 25, 18, 14, 9, 6, 3, 2]}),
            "throughput_marks": pd.DataFrame({
                "mark": ["promise", "median", "p90"], "hours": [24.0, 51.3, 88.0]}),
            "weekly_load": pd.DataFrame({
                "week": weeks, "arrivals": [150 + 7 * (turn % 5) for turn in range(26)],
                "closed": [140 + 9 * (turn % 4) for turn in range(26)],
                "open": [60 + 3 * turn for turn in range(26)]}),
            "variants": pd.DataFrame({
                "rank": [1, 2, 3],
                "activities": [
                    _path(names[:3] + names[4:]), _path(names), _path(names[:2] * 3 + names[2:])],
                "cases": [180, 120, 44], "share": [0.45, 0.3, 0.11],
                "cumulative_share": [0.45, 0.75, 0.86]}),
            "satisfaction": pd.DataFrame({
                "item": ["speed", odd, "outcome"], "n": [120, 118, 119],
                "mean_score": [2.8, 3.6, 3.9], "low_score": [2.6, 3.4, 3.7],
                "high_score": [3.0, 3.8, 4.1], "top_share": [0.31, 0.52, 0.6]}),
            "issues": pd.DataFrame({
                "id": ["I1", "I2", "I3"], "kind": ["waiting", "rework", "late"],
                "activity": [names[3], odd, ""], "hours": [5670.0, 1240.0, 300.0],
                "low": [5200.0, 1100.0, 220.0], "high": [6100.0, 1390.0, 410.0],
                "money": [96000.0, None, 4000.0], "cases": [170, 102, 260],
                "evidence": ["activities;process_map", "rework;I1", "nowhere"]}),
        },
        absent=(Statement("document.refused.missing", {"file": odd}),),
        problems=(),
        context={"currency": "CNY", "zone": "Asia/Shanghai", "synthetic": True},
    )


def evaluation(odd: str = "T1") -> Result:
    """An evaluation of a pilot with four targets."""
    weeks = [date(2025, 4, 7) + timedelta(weeks=turn) for turn in range(24)]
    rows = [(week, arm, value, value - 4, value + 4, 40)
            for turn, week in enumerate(weeks)
            for arm, value in (
                ("pilot", 51 + turn % 3 - (12 if turn > 11 else 0)),
                ("comparison", 53 + (turn * 7) % 4))]
    return Result(
        stage="pilot", client="Example & Co", process=odd, language="zh",
        figures={"pilot_start": Figure(date(2025, 6, 30), "date"),
                 f"goal_{odd}": Figure(40.0, "hours")},
        statements={"first_page": (Statement("document.footer"),)},
        tables={
            f"weekly_{odd}": pd.DataFrame(
                rows, columns=["period", "arm", "value", "low", "high", "n"]),
            "verdicts": pd.DataFrame({
                "target_id": [odd, "T2", "T3", "G1"],
                "kpi": ["throughput", "on_time", "satisfaction", "presence"],
                "effect": [-0.27, 0.031, 0.4, 0.002], "low": [-0.33, -0.006, 0.1, -0.004],
                "high": [-0.21, 0.068, 0.7, 0.008], "target": [-0.2, 0.05, 0.4, 0.01],
                "probability": [0.99, 0.18, 0.5, 0.98], "n": [1180, 1180, 240, 1180],
                "outcome": ["reached", "cannot_tell", "cannot_tell", "reached"],
                "indicative": [False, False, False, False],
                "weeks_needed": [None, 5, 9, None]}),
            "feedback": pd.DataFrame({
                "theme": ["training", "training", "system", odd],
                "audience": ["staff", "customers", "staff", "customers"],
                "statements": [7, 2, 4, 3]}),
        },
        problems=(Problem("warning", "no_such_code"),) if odd == "never" else (),
        context={"currency": "CNY", "zone": "Asia/Shanghai"},
    )


def _path(names: list[str]) -> str:
    return "[" + ", ".join('"' + each.replace('"', '\\"') + '"' for each in names) + "]"

"""The diagnosis: hours counted once, issues where they were planted, words for every log."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from workbench import documents, sample
from workbench.diagnose import diagnose
from workbench.diagnose.baseline import baseline
from workbench.diagnose.ids import issue_id
from workbench.diagnose.issues import find
from workbench.diagnose.loss import loss
from workbench.model import (
    Answers,
    Calendar,
    Client,
    Costs,
    Engagement,
    EventLog,
    Figure,
    Hours,
    LogSource,
    Pilot,
    Result,
    Target,
)
from workbench.words import FOLDER, load

FIRST = pd.Timestamp(sample.FIRST_HOUR)


def client(log: EventLog, **engagement: object) -> Client:
    known = {"sheets": {}, "answers": {}} | {
        name: engagement.pop(name) for name in ("sheets", "answers") if name in engagement}
    who = Engagement(
        folder=Path("client"), client="Client", process="Process", kind="internal_operations",
        language="en", zone=log.zone, currency="EUR", synthetic=True,
        log=LogSource("events.csv", {}))
    return Client(engagement=replace(who, **engagement), log=log, pilot_log=None, problems=(),
                  out=Path("out"), key="key", **known)


def walk(steps: str, waits: dict[str, int], start: int = 0) -> str:
    """A case of one-hour steps, each after its wait, as `sample.log` reads it."""
    clock, told = start, []
    for step in steps:
        clock += waits[step]
        told.append(f"{step}|{clock}-{clock + 1}")
        clock += 1
    return " ".join(told)


def said(result: Result, place: str, language: str = "en") -> list[str]:
    words = load(language, "EUR")
    return [words.say_text(each) for each in result.statements[place]]


def world(
    *, slow: float, seed: int = 7, cases: int = 420, names: tuple[str, ...] = ("ga", "bu", "zo"),
    timed: bool = True, unit: bool = True, always: str = "",
) -> EventLog:
    """Half a year of a made-up process: four steps for all, up to three more for half of the cases.

    Every step waits for an exponential time of mean one hour; the additional ones for `slow`, or
    where there is an `always`, that step alone.
    """
    draw = np.random.default_rng(seed)
    rows = []
    for case in range(cases):
        clock = FIRST + pd.Timedelta(hours=float(24 * 182 * case / cases))
        kind = int(draw.integers(0, 2))
        more = names[: int(draw.integers(1, len(names) + 1))] if kind else ()
        for step in ("one", "two", *more, "three", "four"):
            late = step == always if always else step in names
            clock += pd.Timedelta(hours=float(draw.exponential(slow if late else 1.0)))
            end = clock + pd.Timedelta(hours=0.5)
            rows.append({"case_id": f"c{case:04}", "activity": step, "start": clock, "end": end,
                         "resource": f"R-{draw.integers(0, 15)}",
                         "unit": "NS"[case % 2] if unit else None, "stratum": "AB"[kind],
                         "result": None, "sequence": len(rows), "file": "sample"})
            clock = end
    typed = pd.DataFrame(rows).astype(dict.fromkeys(("start", "end"), "datetime64[us, UTC]"))
    return sample.from_rows(typed, has_start=timed, end_activities=["four"] if timed else [])


@pytest.fixture(scope="module")
def planted() -> Result:
    return diagnose(client(world(slow=9.0), costs=Costs(work_hour=60, waiting_hour=2),
                           promise_hours=8))


@pytest.fixture(scope="module")
def noise() -> Result:
    return diagnose(client(world(slow=1.0)))


# ---------------------------------------------------------------- hours counted once


def test_every_waiting_hour_is_counted_once():
    log = sample.log("c1: a|0-1 b|3-4 a|4-5 c|9-10; c2: a|0-1 c|6-7")
    hours = loss(baseline(client(log))).hours
    assert hours["waiting_hours"].sum() == 2 + 4 + 5
    assert hours["work_hours"].sum() == 4 + 2


def test_a_repeated_block_belongs_to_the_activity_gone_back_to():
    log = sample.log("c1: sort|0-1 do|1-2 sort|4-5 do|7-8 end|8-9")
    hours = loss(baseline(client(log))).hours
    again = hours[hours["reason"] == "rework"]
    assert set(again["origin"]) == {"sort"}
    assert again["waiting_hours"].sum() == 2 + 2


def test_with_one_timestamp_time_is_elapsed_and_work_is_not_zero_but_unknown():
    result = diagnose(client(sample.log("c1: a|0 b|4; c2: a|0 b|2", has_start=False)))
    assert result.tables["time_split"]["elapsed_hours"].tolist() == [(4 + 2) / 2, 0]
    assert not {"waiting_hours", "processing_hours"} & set(result.tables["time_split"])
    assert "waiting_share" not in result.figures
    for language, apart, column in (("en", "cannot be separated", "start"),
                                    ("zh", "无法区分", "开始时间")):
        told = [load(language).say_text(each) for each in result.absent]
        assert any(apart in each and column in each for each in told)


def test_a_case_is_late_where_it_took_longer_or_is_still_open_after_the_promise():
    log = sample.log("c1: a|0-1 b|2-3; c2: a|0-1 b|9-10; c3: a|0-1", end_activities=["b"],
                     cut_hours=20)
    late = diagnose(client(log, promise_hours=5)).figures["late_share"]
    assert (late.value, late.n) == (2 / 3, 3)


def test_a_promise_that_no_case_is_old_enough_for_is_not_called_unknown():
    young = diagnose(client(sample.log("c1: a b; c2: a b"), promise_hours=500))
    assert "The promise is 20.8 days" in said(young, "first_page")[0]
    assert "No promised time" not in said(young, "first_page")[0]


def test_a_case_too_young_for_the_promise_is_not_judged():
    log = sample.log("c1: a|0-1 b|2-3; c2: a|18-19", end_activities=["b"], cut_hours=20)
    assert diagnose(client(log, promise_hours=5)).figures["late_share"].n == 1


def test_throughput_is_of_closed_cases_only():
    log = sample.log("c1: a|0-1 b|2-3; c2: a|0-1 a|30-31", end_activities=["b"])
    assert diagnose(client(log)).figures["median_throughput"].value == 3


# ---------------------------------------------------------------- issues


def test_the_planted_extra_steps_are_the_first_issue_whatever_they_are_called(planted):
    first = planted.tables["issues"].iloc[0]
    assert first["kind"] == "extra_steps"
    assert first["activity"] == "ga → bu → zo"
    renamed = diagnose(client(world(slow=9.0, names=("四", "五", "六"), seed=11)))
    assert renamed.tables["issues"]["activity"].iloc[0] == "四 → 五 → 六"


def test_the_slope_of_the_extra_steps_covers_what_was_planted(planted):
    effect = planted.figures["top_effect"]
    assert effect.low < 9 + 0.5 < effect.high


def test_the_planted_cause_can_be_one_activity_repeated():
    result = diagnose(client(world(slow=9.0, names=("sign", "sign", "sign"))))
    assert result.tables["issues"].iloc[0][["kind", "activity"]].tolist() == ["extra_steps", "sign"]


def test_associations_begin_with_the_steps_and_go_on_with_what_stands(planted):
    table = planted.tables["associations"]
    rest = table[table["factor"] != "steps"]
    assert table["factor"].iloc[0] == "steps"
    assert rest["stands"].tolist() == sorted(rest["stands"], reverse=True)


def test_a_mandatory_slow_step_is_found_as_waiting():
    first = diagnose(client(world(slow=9.0, always="three"))).tables["issues"].iloc[0]
    assert first[["kind", "activity"]].tolist() == ["waiting", "three"]


def test_noise_yields_no_issue_of_class_root_cause(noise):
    assert set(noise.tables["issues"]["kind"]) <= {"late"}
    assert said(noise, "first_page")[2].endswith("no root cause is claimed.")


@pytest.mark.slow
def test_of_ten_logs_of_noise_at_most_one_yields_a_root_cause():
    found = []
    for seed in range(10):
        base = baseline(client(world(slow=1.0, seed=seed, cases=150)))
        found += [each.issue.kind for each in find(base, loss(base), Costs(), None)]
    assert len(found) <= 1


def test_hours_have_an_interval_around_them_and_money_is_their_price(planted):
    issue = planted.tables["issues"].iloc[0]
    assert issue["low"] < issue["hours"] < issue["high"]
    assert issue["money"] == pytest.approx(
        2 * issue["waiting_total_hours"] + 60 * issue["work_total_hours"])


def test_what_has_no_price_is_not_costed_and_never_zero():
    result = diagnose(client(world(slow=9.0)))
    assert result.tables["issues"]["money"].isna().all()
    assert "no amount of money" in said(result, "first_page")[1]


def test_being_late_stands_last_and_is_not_added_to_the_others(planted):
    issues = planted.tables["issues"]
    assert issues["kind"].iloc[-1] == "late"
    assert not issues["in_totals"].iloc[-1]
    assert "overlap with those of the issues above" in said(planted, "issues")[-1]


def test_lateness_alone_speaks_of_no_issues_above():
    log = sample.log("; ".join(f"c{n}: a|{n}-{n + 1} b|{n + 9}-{n + 10}" for n in range(40)),
                     end_activities=["b"], cut_hours=99)
    result = diagnose(client(log, promise_hours=2))
    assert result.tables["issues"]["kind"].tolist() == ["late"]
    assert "above" not in said(result, "issues")[-1]


def test_the_wait_before_the_last_step_is_not_in_the_totals_and_the_page_says_so():
    hours = dict.fromkeys("abcd", 1) | {"b": 18, "d": 20}
    log = sample.log("; ".join(f"c{n}: " + walk("abcd", hours, start=50 * n) for n in range(60)))
    result = diagnose(client(log, costs=Costs(work_hour=9, waiting_hour=1)))
    issues = result.tables["issues"].set_index("activity")
    assert issues["in_totals"].to_dict() == {"d": False, "b": True}
    assert result.figures["issue_hours"].value == pytest.approx(issues["hours"]["b"])
    assert result.figures["issue_money"].value == pytest.approx(issues["money"]["b"])
    page = said(result, "first_page")
    assert "Not counted: the time before “d”" in page[1]
    assert "“b”" in page[2]


def test_where_only_the_last_step_stands_out_no_cost_is_put_on_it():
    hours = dict.fromkeys("abcd", 1) | {"d": 20}
    log = sample.log("; ".join(f"c{n}: " + walk("abcd", hours, start=50 * n) for n in range(60)))
    page = said(diagnose(client(log, costs=Costs(waiting_hour=1))), "first_page")
    assert "no cost is put on it" in page[1]
    assert "anybody waits for “d”" in page[4]


def test_a_rate_carries_the_number_of_cases_that_it_is_of():
    log = sample.log("; ".join(f"c{n}: a b c" + (" b c" if n % 4 == 0 else "") for n in range(80)))
    result = diagnose(client(log))
    issue = result.tables["issues"].iloc[0]
    assert (issue["kind"], issue["cases"], issue["n"]) == ("rework", 20, 80)
    assert (result.figures["top_rate"].value, result.figures["top_rate"].n) == (1 / 4, 80)
    assert "25% of the cases (n\u00a0=\u00a080)" in said(result, "first_page")[2]
    assert "(20 of 80)" in said(result, "issues")[0]


def test_every_share_in_a_sentence_has_a_count_and_a_source_that_is_there(planted):
    shares = [(each.key, value) for place in planted.statements.values() for each in place
              for value in each.values.values() if isinstance(value, Figure)
              and value.unit == "share" and not each.key.startswith("diagnosis.method")]
    assert [key for key, value in shares if not value.n] == []
    for source in {value.source for _, value in shares}:
        table, column = source.split(".")
        assert column in planted.tables[table], source


def test_the_register_ranks_by_money_where_there_are_prices(planted):
    issues = planted.tables["issues"]
    priced = issues.dropna(subset="money").sort_values("money_rank")
    assert priced["money"].is_monotonic_decreasing
    assert issues["money_rank"].isna().tolist() == issues["money"].isna().tolist()


def test_under_four_weeks_totals_are_over_the_time_observed_and_nothing_is_a_month():
    hours = dict.fromkeys("abc", 1) | {"b": 9}
    log = sample.log("; ".join(f"c{n}: " + walk("abc", hours, start=n) for n in range(60)))
    result = diagnose(client(log, costs=Costs(waiting_hour=2)))
    assert result.figures["issue_hours"].value == pytest.approx(60 * 9)
    assert result.figures["issue_money"].value == pytest.approx(2 * 60 * 9)
    told = [line for place in ("first_page", "issues", "rework") for line in said(result, place)]
    assert "540 hours of waiting in the 3" in told[1]
    assert not any("month" in line for line in told)
    assert not any("每月" in line for line in said(result, "first_page", "zh"))


def test_four_weeks_are_enough_for_a_month():
    whole = sample.log("c1: a|0-1 b|671-672")
    assert baseline(client(whole)).monthly
    assert not baseline(client(sample.log("c1: a|0-1 b|670-671"))).monthly


@pytest.mark.parametrize(("costs", "sentence"), [
    (Costs(work_hour=60), "what an hour of waiting costs was not given"),
    (Costs(), "What an hour costs was not given"),
    (Costs(waiting_hour=1), "at the client's prices"),
])
def test_the_first_page_says_which_price_is_missing(costs, sentence):
    page = said(diagnose(client(world(slow=9.0, always="three"), costs=costs)), "first_page")
    assert sentence in page[1]


def test_a_log_too_small_to_tell_is_not_called_spread():
    small = said(diagnose(client(sample.log("c1: a b; c2: a b"))), "first_page")
    assert "too little data" in small[2]
    assert "export of at least 30 cases" in small[4]
    even = said(diagnose(client(sample.log(
        "; ".join(f"c{n}: a|{n}-{n + 1} b|{n + 2}-{n + 3}" for n in range(60))))), "first_page")
    assert "too little data" not in even[2]


def test_a_promised_time_is_asked_for_only_where_there_is_none(noise):
    assert "a promised time" in said(noise, "first_page")[4]
    kept = diagnose(client(world(slow=1.0), promise_hours=200))
    assert "promised time" not in said(kept, "first_page")[4]
    broken = diagnose(client(world(slow=1.0), promise_hours=8))
    assert "of the cases (n\u00a0=\u00a0419) are late" in said(broken, "first_page")[4]


def test_a_case_withdrawn_within_the_promise_neither_keeps_nor_breaks_it():
    log = sample.log("c1: a|0-1 b|2-3; c2: a|0-1 x|2-3; c3: a|0-1 x|9-10; c4: a|0-1 b|9-10",
                     end_activities=["b"], withdrawn_activities=["x"], cut_hours=20)
    late = diagnose(client(log, promise_hours=5)).figures["late_share"]
    assert (late.value, late.n) == (2 / 3, 3)


def test_evidence_names_a_table_and_a_row_that_hold_its_value(planted):
    for each in planted.tables["evidence"].itertuples():
        table = planted.tables[each.table]
        rows = table[(table == each.row).any(axis=1)]
        assert each.value in rows[each.column].tolist()


def test_an_issue_keeps_its_id_when_hours_and_ranks_change():
    def ids(slow: str, slower: str) -> dict[str, str]:
        hours = dict.fromkeys("abcde", 1) | {slow: 9, slower: 12}
        steps = "; ".join(f"c{n}: " + walk("abcde", hours, start=200 * n) for n in range(60))
        base = baseline(client(sample.log(steps)))
        return {each.issue.activity: each.issue.id
                for each in find(base, loss(base), Costs(), None)}

    once, again = ids("c", "d"), ids("d", "c")
    assert list(once) == ["d", "c"]
    assert list(again) == ["c", "d"]
    assert once == again


def test_ids_differ_and_can_be_the_anchor_of_a_row(planted):
    names = [f"activity {n}" for n in range(400)]
    ids = [issue_id(kind, name, names) for kind in ("waiting", "rework") for name in names]
    assert len(set(ids)) == 800
    assert all(re.fullmatch(r"I-[A-Z]\d{3,6}", each) for each in ids)


def test_evidence_is_linked_from_its_issue(planted):
    issues = planted.tables["issues"]
    assert planted.tables["evidence"]["id"].is_unique
    named = {part for cell in issues["evidence"] for part in cell.split(", ")}
    assert named == set(planted.tables["evidence"]["id"])


def test_the_same_log_gives_the_same_numbers_again(planted):
    again = diagnose(client(world(slow=9.0), costs=Costs(work_hour=60, waiting_hour=2),
                            promise_hours=8))
    pd.testing.assert_frame_equal(planted.tables["issues"], again.tables["issues"])


# ---------------------------------------------------------------- sentences


LOGS = {
    "one case": lambda: sample.log("c1: a b"),
    "one event": lambda: sample.log("c1: a"),
    "one timestamp": lambda: world(slow=9.0, timed=False, unit=False),
    "nothing closed": lambda: sample.log("c1: a b; c2: a", end_activities=["z"]),
    "rework": lambda: sample.log("; ".join(f"c{n}: a b a b c@x" for n in range(40))),
    "repeated": lambda: sample.log("; ".join(f"c{n}: a b b b c" for n in range(40))),
}


@pytest.mark.parametrize("name", LOGS)
@pytest.mark.parametrize(("promise_hours", "costs"), [
    (None, Costs()), (2.0, Costs(work_hour=60)), (2.0, Costs(work_hour=60, waiting_hour=1))])
def test_five_sentences_stand_on_the_first_page_whatever_the_data_lack(name, promise_hours, costs):
    result = diagnose(client(LOGS[name](), promise_hours=promise_hours, costs=costs))
    for language in ("zh", "en"):
        page = said(result, "first_page", language)
        assert len(page) == 5
        for place in result.statements:
            for sentence in said(result, place, language):
                assert "nan" not in sentence.lower()
                assert not re.search(r"(?<![\d.,])1 (?!takes|has|is|was)\w+s\b", sentence)
    told = [each for place in result.statements.values() for each in place]
    assert all(value.value is not None for each in told for value in each.values.values()
               if isinstance(value, Figure))


def test_the_parts_of_a_mean_case_are_told_in_one_unit():
    log = sample.log("; ".join(f"c{n}: a|0-1 b|90-91" for n in range(3)), end_activities=["b"])
    told = said(diagnose(client(log)), "time")[0]
    assert "91 hours on average: 89 hours of waiting" in told
    assert "day" not in told


def test_an_activity_with_brackets_in_its_name_stands_in_none():
    names = ("ga (first)", "bu (second)", "zo")
    result = diagnose(client(world(slow=9.0, names=names)))
    for language in ("zh", "en"):
        for sentence in said(result, "first_page", language):
            depth = [sentence[:place].count("(") + sentence[:place].count("（")
                     - sentence[:place].count(")") - sentence[:place].count("）")
                     for place in range(len(sentence))]
            assert max(depth) <= 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_count_never_breaks_away_from_its_n(language):
    for topic in ("diagnosis", "term"):
        text = (FOLDER / language / f"{topic}.toml").read_text("utf-8")
        assert not re.search(r"n ?= ?\{", text)


def test_chinese_has_one_word_for_a_thing():
    text = (FOLDER / "zh" / "diagnosis.toml").read_text("utf-8")
    assert [word for word in ("流程实例", "案例", "搁置", "启发式") if word in text] == []


def test_with_one_timestamp_the_picture_of_time_is_drawn_from_what_is_known():
    result = diagnose(client(LOGS["one timestamp"]()))
    drawn = documents.picture(result, "time_split", load("en", "EUR"))
    assert load("en").text("chart.part.elapsed_hours") in drawn.svg
    assert not re.search("NaN|Infinity", drawn.svg)
    load_drawn = documents.picture(result, "weekly_load", load("en", "EUR"))
    assert load_drawn.svg.count(f">{load('en').text('chart.part.arrivals')}<") == 1


def test_long_tables_show_the_rows_that_matter_and_count_the_rest():
    ways = "; ".join(f"c{n}: a b{n % 9} c{n % 7} d{n % 5} e" for n in range(60))
    steps = pd.DataFrame({"step": ["a", "z"], "role": ["r", "r"], "next": ["z", ""],
                          "value": ["necessary", "wasteful"]})
    result = diagnose(client(sample.log(ways), sheets={"steps": steps}))
    differences = result.tables["differences"]
    assert differences["difference"].iloc[0] == "not_drawn"
    assert differences["cases"].iloc[:3].is_monotonic_decreasing
    page = documents.render(result, load("en", "EUR"))
    part = page.split('id="table-differences"')[1].split("</div>")[0]
    assert part.count("<tr>") == 11
    assert "tables/differences.csv" in part


def test_the_first_page_asks_for_the_pilot_that_was_agreed(planted):
    end = (FIRST + pd.Timedelta(weeks=8)).to_pydatetime()
    who = client(
        world(slow=9.0), pilot=Pilot(FIRST.to_pydatetime(), end, None, units=("N",)),
        targets=(Target("T1", "throughput", "down", owner="R-01", primary=True),))
    last = said(diagnose(who), "first_page")[4]
    assert "a pilot in N for 8 weeks (owner: R-01)" in last


def test_a_change_of_the_clients_own_stands_in_the_fourth_sentence():
    changes = pd.DataFrame([{"id": "M-1", "change": "a limit of its own", "activity": "bu",
                             "issue": "", "owner": "", "expected": ""}])
    result = diagnose(client(world(slow=9.0), sheets={"changes": changes}))
    assert "a limit of its own" in said(result, "first_page")[3]


def test_a_change_for_an_issue_that_is_not_there_is_pointed_out():
    changes = pd.DataFrame([{"id": "M-1", "change": "a limit", "activity": "", "owner": "",
                             "issue": "I-W000; I-02", "expected": ""}])
    result = diagnose(client(sample.log("c1: a b"), sheets={"changes": changes}))
    assert "I-02, I-W000" in said(result, "caveats")[-1]


def test_the_baseline_period_leaves_later_cases_out():
    log = sample.log("c1: a b; c2: a|500-501 b|502-503")
    result = diagnose(client(log, baseline_to=(FIRST + pd.Timedelta(hours=400)).to_pydatetime()))
    assert result.figures["cases"].value == 1


def test_small_groups_of_a_questionnaire_are_not_shown():
    from workbench.metrics.satisfaction import of_scores

    answers: Answers = of_scores({"speed": [1, 2, 3]}, unit="north")
    table = diagnose(client(sample.log("c1: a b"), answers={"customers": answers})).tables
    assert table["satisfaction"]["n"].tolist() == [3]
    assert table["satisfaction"]["mean_score"].isna().all()


def test_drawn_steps_stand_beside_how_often_they_happen():
    steps = pd.DataFrame({"step": ["a", "z"], "role": ["r", "r"], "next": ["z", ""],
                          "value": ["value_adding", "wasteful"]})
    result = diagnose(client(sample.log("c1: a b; c2: a"), sheets={"steps": steps}))
    assert result.tables["steps"]["cases"].tolist() == [2, 0]
    assert len(result.tables["differences"]) > 0


def test_a_step_that_every_case_passes_is_not_joined_to_one_that_some_skip():
    short = "in|{0}-{1} slow|{8}-{9} out|{10}-{11}"
    long = "in|{0}-{1} slow|{8}-{9} more|{15}-{16} out|{17}-{18}"
    rows = "; ".join(f"c{n:03}: " + (long if n % 2 else short).format(*range(n * 24, n * 24 + 19))
                     for n in range(80))
    base = baseline(client(sample.log(rows, end_activities=["out"])))
    found = {each.issue.kind: each.activities for each in find(base, loss(base), Costs(), None)}
    assert found["waiting"] == ("slow",)
    assert found["extra_steps"] == ("more",)


# ---------------------------------------------------------------- working time

OFFICE = Hours(days=(0, 1, 2, 3, 4), spans=((9 * 60, 12 * 60), (13 * 60, 18 * 60)), region="CN")


def in_working_time(**settings):
    text = "; ".join(f"c{n}: a|{24 * (n % 4)}-{24 * (n % 4) + 1} b|{24 * (n % 4) + 24}-"
                     f"{24 * (n % 4) + 25}" for n in range(12))
    return diagnose(client(sample.log(text, end_activities=["b"], **settings)))


def test_with_a_calendar_times_stand_in_working_time_beside_those_of_the_clock():
    found = in_working_time(calendar=Calendar(OFFICE))
    assert found.figures["median_throughput"].value == 25
    assert found.figures["working_median_throughput"].value == 9
    assert found.figures["working_waiting_share"].value == 7 / 9
    assert found.tables["throughput"]["working_median_hours"].tolist() == [9]
    split = found.tables["time_split"].set_index("activity")
    assert split.loc["b", ["waiting_hours", "working_waiting_hours"]].tolist() == [23, 7]


def test_the_diagnosis_says_which_calendar_it_counts_by():
    found = in_working_time(calendar=Calendar(OFFICE, {"night": OFFICE}))
    told = [load("en").say_text(each) for each in found.statements["time"]]
    said = next(sentence for sentence in told if "counts" in sentence)
    for part in ("Monday to Friday", "09:00–12:00, 13:00–18:00", "China", "night"):
        assert part in said


def test_without_a_calendar_it_says_that_nights_count():
    found = in_working_time()
    assert "diagnosis.absent.no_calendar" in [each.key for each in found.absent]
    assert not [name for name in found.figures if name.startswith("working_")]
    assert not [column for table in found.tables.values() for column in table
                if column.startswith("working_")]


def overtime(**settings):
    """Every second check runs over night: 3 hours of work by the calendar, 24 by the clock."""
    text = "; ".join(f"c{n}: a|{24 * n}-{24 * n + 1} b|{24 * n + 2}-{24 * n + 3} "
                     f"b|{24 * n + 8}-{24 * n + 32}" for n in range(40))
    return diagnose(client(sample.log(text, end_activities=["b"], **settings),
                           costs=Costs(100, 10), promise_hours=12.0))


def test_with_a_calendar_nights_are_neither_work_nor_priced():
    every_day = Hours(days=tuple(range(7)), spans=((9 * 60, 12 * 60),))
    clock, working = overtime(), overtime(calendar=Calendar(every_day))
    assert clock.tables["issues"]["kind"].tolist()[0] == "self_loop"
    first, twin = (each.tables["issues"].iloc[0] for each in (clock, working))
    months = first["work_total_hours"] / (24 * 40)
    assert twin["work_total_hours"] == pytest.approx(3 * 40 * months)
    assert twin["waiting_total_hours"] == first["waiting_total_hours"] > 0
    assert twin["hours"] == twin["waiting_total_hours"] + twin["work_total_hours"]
    assert twin["money"] == pytest.approx(100 * twin["work_total_hours"]
                                          + 10 * twin["working_waiting_total_hours"])
    assert working.figures["rework_work"].value == pytest.approx(3 * 40 * months)
    assert "working_waiting_total_hours" not in clock.tables["issues"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_with_a_calendar_the_promise_says_by_which_clock_it_is_meant(language):
    every_day = Hours(days=tuple(range(7)), spans=((9 * 60, 12 * 60),))
    voice, found = load(language), overtime(calendar=Calendar(every_day))
    said = voice.text("diagnosis.clock.promise")
    assert said in voice.say_text(found.statements["first_page"][0])
    assert found.figures["late_share"].value == 1
    assert found.figures["working_late_share"].value == 0
    assert any(each.key == "diagnosis.clock.late" for each in found.statements["spread"])
    assert all(said not in voice.say_text(each)
               for name in ("first_page", "spread") for each in overtime().statements[name])

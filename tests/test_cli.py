"""The command line: what goes wrong is named in both languages, with the exit code of CONTRACTS."""

from __future__ import annotations

import json
import re

import pytest

from workbench.cli import main

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def workbench(capsys):
    """Run a command; its exit code, what it printed and what it complained."""
    def call(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return left.value.code, told.out, told.err

    return call


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def line_of(path, text):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


# ---------------------------------------------------------------- what is refused


def wrong_column(folder):
    edit(folder / "engagement.yaml", "activity: Step", "activity: Stap")
    return ["events.csv", "Stap", "Step"]


def missing_file(folder):
    (folder / "events.csv").unlink()
    return ["events"]


def empty_log(folder):
    (folder / "events.csv").write_text("Permit,Step,Finished,Desk\n", encoding="utf-8")
    return ["events.csv"]


def unknown_key(folder):
    path = folder / "engagement.yaml"
    edit(path, "currency: EUR", "currncy: EUR")
    return ["engagement.yaml", str(line_of(path, "currncy")), "currncy", "currency"]


@pytest.mark.parametrize("spoil", [wrong_column, missing_file, empty_log, unknown_key],
                         ids=lambda spoil: spoil.__name__.replace("_", " "))
def test_a_folder_that_cannot_be_used_is_refused_in_both_languages_and_leaves_no_report(
    small_client, tmp_path, workbench, spoil
):
    named = spoil(small_client)
    code, printed, said = workbench("run", small_client, "--out", tmp_path / "out")
    assert (code, printed) == (3, "")
    assert "Traceback" not in said
    chinese = [line for line in said.splitlines() if CHINESE.search(line)]
    english = [line for line in said.splitlines() if not CHINESE.search(line)]
    for name in named:
        assert any(name in line for line in chinese), (name, said)
        assert any(name in line for line in english), (name, said)
    assert not list((tmp_path / "out").rglob("*.html"))
    assert not list((tmp_path / "out").rglob("result.json"))


@pytest.mark.parametrize("arguments", [
    ["no-such-command"], ["run"], ["run", "x", "--no-such-option"],
    ["run", "{client}", "--stages", "diagnosis"], ["run", "{client}", "--language", "de"],
    ["run", "{client}", "--engine", "abacus"], ["check", "{client}", "--map", "caseid=Permit"],
    ["tables", "{client}", "--out", "{out}", "--ties", "coin"], ["verify", "{out}"],
    ["batch", "{out}"], ["freeze", "{client}"], ["new", "{out}", "--from", "x", "--language", "de"],
], ids=" ".join)
def test_wrong_use_leaves_with_four_and_says_why_in_both_languages(
    small_client, tmp_path, workbench, arguments
):
    filled = [text.format(client=small_client, out=tmp_path / "out") for text in arguments]
    code, _, said = workbench(*filled)
    assert code == 4, said
    assert "Traceback" not in said
    assert CHINESE.search(said)
    assert any(not CHINESE.search(line) for line in said.splitlines())


# ---------------------------------------------------------------- what works


def test_nothing_is_written_into_a_client_folder(small_client, workbench):
    before = sorted(small_client.rglob("*"))
    code, _, told = workbench("run", small_client, "--out", small_client.parent)
    assert code == 4
    assert "只读" in told
    assert "only read" in told
    assert sorted(small_client.rglob("*")) == before


def test_a_place_that_cannot_be_written_is_named_in_both_languages(small_client, workbench):
    code, _, told = workbench("run", small_client, "--out", "/dev/null")
    assert code == 3
    assert "无法读取或写入" in told
    assert "cannot be read or written" in told


def test_check_judges_without_running_and_its_rows_add_up(small_client, workbench):
    code, printed, _ = workbench("check", small_client, "--json")
    judged = json.loads(printed)
    assert code == 0
    assert judged["cases"] == 60
    assert judged["rows_read"] == judged["rows_kept"] + sum(judged["set_aside"].values())


def test_check_of_a_rejected_file_leaves_with_three(small_client, workbench):
    empty_log(small_client)
    code, printed, _ = workbench("check", small_client / "events.csv")
    assert code == 3
    assert "Rejected" in printed


def test_check_says_what_was_understood_what_to_do_and_which_figures_suffer(
        small_client, workbench):
    log = small_client / "events.csv"
    lines = log.read_text(encoding="utf-8").splitlines()
    edited = [*lines, lines[1], "P99,apply,soon,D1", " P99,apply,2025-03-04 09:00,D1"]
    log.write_text("\n".join(edited) + "\n", encoding="utf-8")
    code, printed, _ = workbench("check", log, "--language", "en",
                                 "--map", "case_id=Permit,activity=Step,end=Finished")
    assert code == 0
    assert not CHINESE.search(printed)
    told = printed.splitlines()
    assert told[0].startswith("Accepted after repairs: 198 rows read, 197 kept, 61 cases")
    sections = {line.split(" (")[0].split(":")[0]: place for place, line in enumerate(told)
                if line and not line.startswith(" ")}
    order = ["What was read", "Repaired, and counted",
             "Rows set aside", "What this does to the figures", "Good to know"]
    assert [name for name in sections if name in order] == order
    assert "    Case (case_id) ← Permit  [as stated]" in told
    numbered = {line.split(".")[0].strip(): line for line in told if re.match(r"  \d+\. ", line)}
    assert list(numbered) == [str(number) for number in range(1, len(numbered) + 1)]
    (repeat,) = [number for number, line in numbered.items() if "repeat an earlier row" in line]
    (rework,) = [line for line in told if "ework" in line and "see" in line]
    assert repeat in re.search(r"see (.*)\)", rework)[1].split(", ")


def test_the_json_of_check_tells_more_and_nothing_less(small_client, workbench):
    _, printed, _ = workbench("check", small_client / "events.csv", "--json",
                              "--map", "case_id=Permit,end=Finished")
    judged = json.loads(printed)
    assert {"outcome", "rows_read", "rows_kept", "set_aside", "cases", "findings"} <= set(judged)
    (understood,) = judged["understood"]
    assert (understood["format"], understood["encoding"]) == ("delimited", "utf-8")
    assert understood["roles"]["activity"]["column"] == "Step"
    assert 0 < understood["roles"]["activity"]["confidence"] <= 1
    assert all(0 <= share <= 1 for finding in judged["findings"]
               for share in finding["touches"].values())


def test_the_tables_of_a_client_follow_all_of_its_settings(small_client, tmp_path, workbench):
    log = (small_client / "events.csv").read_text(encoding="utf-8")
    (small_client / "labels.csv").write_text("label,activity\ncheck,review\n", encoding="utf-8")
    head, *rows = log.splitlines()
    for name, part in (("a.csv", rows[:100]), ("b.csv", rows[90:])):
        (small_client / name).write_text("\n".join([head, *part]) + "\n", encoding="utf-8")
    (small_client / "events.csv").unlink()
    edit(small_client / "engagement.yaml", "log:", "log:\n  file: [a.csv, b.csv]")
    assert workbench("tables", small_client, "--out", tmp_path / "out")[0] == 0
    activities = (tmp_path / "out" / "activities.csv").read_text(encoding="utf-8")
    assert "review," in activities
    assert "check," not in activities
    summary = (tmp_path / "out" / "log_summary.csv").read_text(encoding="utf-8")
    assert summary.splitlines()[1].startswith(f"{len(rows)},60,")


def test_the_tables_of_a_client_judge_its_cases_by_its_promise(small_client, tmp_path, workbench):
    edit(small_client / "engagement.yaml", "log:", "promise_hours: 24\nlog:")
    assert workbench("tables", small_client, "--out", tmp_path / "out")[0] == 0
    lines = (tmp_path / "out" / "metrics.csv").read_text(encoding="utf-8").splitlines()
    on_time = next(line for line in lines if line.startswith("on_time,"))
    assert "within_hours" not in on_time


def test_batch_names_the_folders_that_are_no_clients_and_refuses_wrong_use_at_once(
        small_client, tmp_path, workbench):
    (small_client.parent / "misspelt").mkdir()
    for option, value in (("--stages", "diagnosis"), ("--language", "de")):
        code, printed, said = workbench("batch", small_client.parent, "--out", tmp_path / "out",
                                        option, value)
        assert (code, printed) == (4, "")
        assert value in said
    edit(small_client / "engagement.yaml", "client:", "cleint:")
    code, printed, _ = workbench("batch", small_client.parent, "--out", tmp_path / "out")
    assert code == 1
    assert "misspelt: not run, as it has no engagement.yaml" in printed


def test_check_tells_its_findings_in_both_languages(small_client, workbench):
    code, printed, _ = workbench("check", small_client, "--language", "both")
    assert code == 0
    assert "60" in printed
    assert CHINESE.search(printed)


def test_tables_are_written_for_a_log_and_for_a_client(small_client, tmp_path, workbench):
    mapping = "case_id=Permit,activity=Step,end=Finished"
    code, printed, said = workbench("tables", small_client / "events.csv", "--map", mapping,
                                    "--map", "resource=Desk", "--out", tmp_path / "log")
    assert code == 0, said
    assert workbench("tables", small_client, "--out", tmp_path / "client")[0] == 0
    names = sorted(path.name for path in (tmp_path / "log").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "client").iterdir())
    assert len(printed.splitlines()) == len(names)
    for folder in ("log", "client"):
        summary = (tmp_path / folder / "log_summary.csv").read_text(encoding="utf-8")
        assert summary.splitlines()[1].startswith(f"{60 * 3 + 60 // 4},60,")


def test_ignored_activities_are_left_out_of_the_tables(small_client, tmp_path, workbench):
    workbench("tables", small_client / "events.csv", "--out", tmp_path / "out", "--ignore",
              "apply, grant", "--map", "case_id=Permit")
    summary = (tmp_path / "out" / "activities.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[0] for line in summary] == ["activity", "check"]


def test_new_makes_a_folder_that_check_accepts(small_client, tmp_path, workbench):
    log = tmp_path / "export.csv"
    log.write_text((small_client / "events.csv").read_text(encoding="utf-8").replace(
        "Permit,Step,Finished,Desk", "Case ID,Activity,Timestamp,Resource"), encoding="utf-8")
    code, printed, said = workbench("new", tmp_path / "fresh", "--from", log, "--language", "en")
    assert code == 0, said
    assert "195 rows read, 195 kept" in printed
    assert "workbench check" in printed.splitlines()[-1]
    assert workbench("check", tmp_path / "fresh")[0] == 0


def test_a_frozen_protocol_stays_and_another_one_is_refused(small_client, workbench):
    engagement = small_client / "engagement.yaml"
    with engagement.open("a", encoding="utf-8") as file:
        file.write("pilot: {start: 2025-03-15, horizon_hours: 48}\n")
    first = workbench("freeze", small_client)
    lock = (small_client / "pilot" / "protocol.lock").read_text(encoding="utf-8")
    assert first[0] == workbench("freeze", small_client)[0] == 0
    assert len(json.loads(lock)["sha256"]) == 64
    edit(engagement, "horizon_hours: 48", "horizon_hours: 72")
    code, _, said = workbench("freeze", small_client)
    assert (code, "protocol.lock" in said) == (3, True)
    assert (small_client / "pilot" / "protocol.lock").read_text(encoding="utf-8") == lock


def test_a_batch_ends_with_one_line_per_client_and_fails_if_one_did(
    small_client, tmp_path, workbench
):
    bad = small_client.parent / "bad"
    bad.mkdir()
    (bad / "engagement.yaml").write_text("client: B\nprocess: P\nkidn: x\n", encoding="utf-8")
    code, printed, _ = workbench("batch", small_client.parent, "--out", tmp_path / "out", "--jobs",
                                 2, "--stages", "plan", "--quiet")
    lines = [line.split("\t") for line in printed.splitlines()]
    assert code == 1
    assert [line[:2] for line in lines] == [["bad", "3"], ["small", "0"]]
    assert "kidn" in lines[0][-1]
    assert (tmp_path / "out" / "small" / "1_plan" / "plan.en.html").is_file()


def test_a_run_prints_the_paths_of_its_documents_and_verify_finds_them_unchanged(
    small_client, tmp_path, workbench
):
    out = tmp_path / "out"
    code, printed, said = workbench("run", small_client, "--out", out, "--stages", "plan",
                                    "--verbose")
    assert code == 0
    assert printed.splitlines() == [str(out / "small" / "index.html"),
                                    str(out / "small" / "1_plan" / "plan.en.html")]
    assert "1/6" in said
    assert workbench("verify", out / "small")[0] == 0
    (small_client / "team.csv").write_text("role,member\nlead,R1\n", encoding="utf-8")
    code, printed, _ = workbench("verify", out / "small")
    assert code == 1
    assert "team.csv" in printed


def test_monitoring_leaves_with_zero_while_there_is_no_signal(small_client, tmp_path, workbench):
    code, printed, said = workbench("monitor", small_client, "--out", tmp_path / "out", "--quiet")
    assert (code, said) == (0, "")
    assert printed.strip().endswith("monitoring.en.html")


def test_check_speaks_one_language_the_engagements_or_that_of_the_system(
        small_client, workbench, monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    log = small_client / "events.csv"
    assert not CHINESE.search(workbench("check", log)[1])
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert CHINESE.search(workbench("check", log)[1])
    language = "zh" if "language: zh" in (small_client / "engagement.yaml").read_text() else "en"
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8" if language == "zh" else "zh_CN.UTF-8")
    assert bool(CHINESE.search(workbench("check", small_client)[1])) == (language == "zh")


def test_a_refusal_of_new_speaks_the_language_that_was_asked_for(small_client, tmp_path, workbench):
    for language in ("en", "zh"):
        code, _, said = workbench("new", tmp_path / "fresh", "--from",
                                  small_client / "events.csv", "--language", language)
        assert code == 3
        assert bool(CHINESE.search(said)) == (language == "zh")

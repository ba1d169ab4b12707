"""A run is strict, resumable, and leaves nothing half-done."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

import pytest

from workbench import kernel, manifest
from workbench import run as run_module
from workbench.errors import InputRefused, StageFailed, WrongUse
from workbench.run import run


def notebook(path, *sources, parameters=("client_dir", "out_dir", "engine")):
    """A tiny notebook: a parameters cell, then the cells given as text."""
    first = "\n".join(f'{name}: str = ""' for name in parameters)
    cells = [{"cell_type": "code", "id": f"cell-{number}", "source": source, "outputs": [],
              "execution_count": None, "metadata": {"tags": ["parameters"] if number == 0 else []}}
             for number, source in enumerate([first, *sources])]
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5,
                                "metadata": {"kernelspec": kernelspec}}), encoding="utf-8")
    return path


def states():
    told = []
    return told, lambda stage, state: told.append((stage, state))


def visible(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")
                  if path.is_file() and not path.relative_to(folder).parts[0].startswith("."))


# ---------------------------------------------------------------- one notebook


@dataclass(frozen=True)
class Cell:
    source: str
    error: type
    says: str


@pytest.mark.parametrize("cell", [
    Cell("1 / 0", StageFailed, "ZeroDivisionError"),
    Cell("import os\nos._exit(9)", StageFailed, "plan"),
    Cell("from workbench.errors import InputRefused\nraise InputRefused('mend row 7')",
         InputRefused, "mend row 7"),
    Cell("from workbench.errors import WrongUse\nraise WrongUse('no such engine')", WrongUse,
         "no such engine"),
], ids=["an error", "a killed kernel", "a refused input", "wrong use"])
def test_a_cell_that_does_not_end_well_fails_its_stage_with_its_own_message(tmp_path, cell):
    path = notebook(tmp_path / "n.ipynb", cell.source)
    with pytest.raises(cell.error, match=cell.says):
        kernel.execute(path, {}, folder=tmp_path, stage="plan")


def test_a_failure_names_the_stage_and_the_cell_in_both_languages(tmp_path):
    path = notebook(tmp_path / "n.ipynb", "fine = 1", "fine + 'text'")
    with pytest.raises(StageFailed) as failure:
        kernel.execute(path, {}, folder=tmp_path, stage="design")
    chinese, english = str(failure.value).splitlines()
    assert "design" in chinese
    assert "fine + 'text'" in chinese
    assert english.startswith("Stage design stopped in cell 3 (fine + 'text')")


def test_a_parameter_that_the_notebook_does_not_know_is_refused_before_it_runs(tmp_path):
    path = notebook(tmp_path / "n.ipynb", "1 / 0")
    with pytest.raises(WrongUse, match="client_dri"):
        kernel.execute(path, {"client_dri": "x"}, folder=tmp_path, stage="plan")


def test_values_arrive_as_they_are_and_braces_in_paths_are_no_placeholders(tmp_path):
    folder = tmp_path / "a {b} c"
    folder.mkdir()
    path = notebook(folder / "n.ipynb", "client_dir")
    executed = kernel.execute(path, {"client_dir": "00123"}, folder=folder, stage="plan")
    assert executed.cells[-1].outputs[0].data["text/plain"] == "'00123'"


# ---------------------------------------------------------------- a client


@pytest.fixture
def plan_only(small_client, tmp_path):
    """Run the first stage of the small client, in English."""
    def start(**options):
        told, report = states()
        finished = run(small_client, tmp_path / "out", report=report,
                       **{"stages": ["plan"]} | options)
        return finished, told

    return start


def test_a_finished_stage_is_skipped_until_something_it_depends_on_changes(
    plan_only, small_client
):
    _, first = plan_only()
    _, second = plan_only()
    team = "role,member\nlead,R1\n"
    (small_client / "team.csv").write_text(team, encoding="utf-8")
    _, third = plan_only()
    assert (first, second, third) == (
        [("plan", "started"), ("plan", "finished")], [("plan", "skipped")],
        [("plan", "started"), ("plan", "finished")])


def test_a_stage_whose_files_were_touched_runs_again_and_verify_names_them(plan_only):
    finished, _ = plan_only()
    page = finished.out / "1_plan" / "plan.en.html"
    assert manifest.changes(finished.out) == []
    page.write_text("touched", encoding="utf-8")
    assert manifest.changes(finished.out) == [("changed", "1_plan/plan.en.html")]
    _, told = plan_only()
    assert told == [("plan", "started"), ("plan", "finished")]
    assert "touched" not in page.read_text(encoding="utf-8")


def test_another_language_is_written_without_running_the_notebook_again(plan_only):
    plan_only()
    finished, told = plan_only(language="both")
    assert told == [("plan", "skipped")]
    assert [path.name for path in finished.documents] == ["plan.zh.html", "plan.en.html"]
    assert manifest.changes(finished.out) == []


def test_a_run_in_one_language_loses_no_document_of_another(plan_only):
    plan_only(language="both")
    finished, told = plan_only(language="en", force=True)
    assert told == [("plan", "started"), ("plan", "finished")]
    assert [path.name for path in finished.documents] == ["plan.en.html"]
    assert (finished.out / "1_plan" / "plan.zh.html").is_file()
    assert manifest.changes(finished.out) == []


def test_a_failing_stage_leaves_no_half_document_and_keeps_the_earlier_one(
    plan_only, small_client, tmp_path, monkeypatch
):
    finished, _ = plan_only()
    before = (finished.out / "1_plan" / "plan.en.html").read_text(encoding="utf-8")
    bad = notebook(tmp_path / "bad.ipynb", "1 / 0")
    monkeypatch.setattr(manifest, "notebook_of", lambda _stage: bad)
    with pytest.raises(StageFailed):
        plan_only(stages=["plan", "diagnose"])
    assert (finished.out / "1_plan" / "plan.en.html").read_text(encoding="utf-8") == before
    assert not [path for path in finished.out.iterdir() if "part" in path.name]
    assert not (finished.out / "2_diagnose").exists()


def test_a_notebook_that_saves_nothing_has_not_run(plan_only, tmp_path, monkeypatch):
    idle = notebook(tmp_path / "idle.ipynb", "1 + 1")
    monkeypatch.setattr(manifest, "notebook_of", lambda _stage: idle)
    with pytest.raises(StageFailed, match=r"wb\.save"):
        plan_only()


def test_a_refused_folder_leaves_nothing_to_read_in_the_out_folder(small_client, tmp_path):
    (small_client / "events.csv").write_text("Permit,Step,Finished\n", encoding="utf-8")
    with pytest.raises(InputRefused):
        run(small_client, tmp_path / "out")
    out = tmp_path / "out" / "small"
    assert not out.exists() or visible(out) == []


@pytest.mark.parametrize(("option", "value"), [
    ("stages", ["diagnosis"]), ("stages", []), ("language", "de"),
])
def test_an_unknown_stage_or_language_is_wrong_use_before_anything_is_read(option, value, tmp_path):
    with pytest.raises(WrongUse):
        run(tmp_path / "nowhere", tmp_path / "out", **{option: value})


def test_two_runs_into_one_folder_do_not_mix(small_client, tmp_path):
    out = tmp_path / "out" / "small"
    out.mkdir(parents=True)
    with run_module._alone(out), pytest.raises(WrongUse, match="small"):
        run(small_client, tmp_path / "out", stages=["plan"])


def test_the_manifest_says_what_the_report_was_made_of(plan_only, small_client):
    finished, _ = plan_only()
    stated = json.loads((finished.out / "manifest.json").read_text(encoding="utf-8"))
    assert stated["inputs"] == manifest.hashes(small_client)
    assert stated["mapping"]["case_id"] == "Permit"
    assert stated["zone"] == "Europe/Amsterdam"
    assert stated["parameters"] == {"engine": "duckdb"}
    assert set(stated["outputs"]) == {
        f"1_plan/{name}" for name in visible(finished.out / "1_plan")}
    assert stated["versions"]["duckdb"]


def test_all_six_stages_of_a_client_with_nothing_but_a_log_end_in_documents(small_client, tmp_path):
    finished = run(small_client, tmp_path / "out", language="both")
    assert [path.name for path in finished.documents] == [
        f"{name}.{language}.html" for name in (
            "plan", "diagnosis", "design", "pilot_evaluation", "rollout", "monitoring")
        for language in ("zh", "en")]
    index = (finished.out / "index.html").read_text(encoding="utf-8")
    assert [path.name for path in finished.documents if path.name not in index] == []


def test_a_notebook_runs_with_papermill_alone_and_refuses_a_misspelt_parameter(
    small_client, tmp_path
):
    command = [sys.executable, "-W", "ignore", "-m", "papermill",
               str(manifest.notebook_of("plan")), str(tmp_path / "n.ipynb"), "-p", "client_dir",
               str(small_client), "-p"]
    fine = subprocess.run([*command, "out_dir", str(tmp_path / "out")], capture_output=True,
                          text=True, check=False)
    assert fine.returncode == 0, fine.stderr
    assert (tmp_path / "out" / "small" / "1_plan" / "result.json").is_file()
    wrong = subprocess.run([*command, "out_dri", str(tmp_path / "other")], capture_output=True,
                           text=True, check=False)
    assert wrong.returncode != 0
    assert "out_dri" in wrong.stderr
    assert not (tmp_path / "other").exists()


def test_a_run_that_is_killed_leaves_no_stage_that_looks_done(small_client, tmp_path):
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "run", str(small_client), "--out", str(out),
         "--stages", "plan", "--quiet"])
    part = out / "small" / ".1_plan.part"
    while process.poll() is None and not part.is_dir():
        pass
    os.kill(process.pid, 9)
    process.wait()
    assert not (out / "small" / "1_plan" / ".done.json").exists()
    finished = run(small_client, out, stages=["plan"])
    assert not part.exists()
    assert manifest.changes(finished.out) == []
    shutil.rmtree(out)

"""XES logs as published: what is read has the counts of the reference, and its order and times."""

from __future__ import annotations

import json
from functools import cache

import pandas as pd
import pytest

from tests.conftest import SHARED
from workbench.intake.formats import read_table

pytestmark = pytest.mark.real_logs
LARGE = {"road_fine"}
NAMES = [
    "bpic2012", "bpic2013_closed", "bpic2019_Consignment_2", "bpic2019_Consignment_3",
    "bpic2019_Consignment_Other", "bpic2020_DomesticDeclarations", "bpic2020_PrepaidTravelCost",
    "helpdesk", "interval_event_log", "receipt", "road_fine", "roadtraffic100traces",
    "running-example", "sepsis", "teleclaims",
]


@cache
def table_of(name):
    (path,) = (SHARED / "logs").glob(f"{name}.xes*")
    return read_table(path)


def reference(name):
    text = (SHARED / "reference" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text)["plain"]


def test_every_xes_log_of_the_folder_is_compared():
    assert sorted(path.name.split(".xes")[0] for path in (SHARED / "logs").glob("*.xes*")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_event_case_and_activity_is_read(name):
    table, plain = table_of(name), reference(name)
    assert (table.rows_read, table.set_aside) == (plain["events"], {})
    assert table.cells[table.roles["case_id"]].nunique() == plain["cases"]
    assert table.cells[table.roles["activity"]].value_counts().to_dict() == plain[
        "activity_counts"]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in LARGE])
def test_times_and_document_order_give_the_edges_of_the_reference(name):
    table, plain = table_of(name), reference(name)
    events = pd.DataFrame({
        "case": table.cells[table.roles["case_id"]],
        "activity": table.cells[table.roles["activity"]],
        "end": pd.to_datetime(table.cells[table.roles["end"]], format="ISO8601", utc=True)})
    assert events["end"].min() == pd.Timestamp(plain["first"])
    assert events["end"].max() == pd.Timestamp(plain["last"])
    ordered = events.sort_values("end", kind="stable").groupby("case", sort=False)
    target = ordered["activity"].shift(-1)
    edges = events.assign(target=target).dropna().value_counts(["activity", "target"])
    assert edges.to_dict() == {(edge[0], edge[1]): edge[2] for edge in plain["dfg"]}

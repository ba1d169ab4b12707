from dataclasses import replace

import pandas as pd

from workbench.documents.translate import in_language
from workbench.model import Figure, Result, Statement

PAIRS = [{"zh": "登记", "en": "Record"}, {"zh": "归档", "en": "Archive"}, {"zh": "甲", "en": ""}]


def result(**tables):
    return Result(
        "diagnose", "登记", "甲", "zh", {"first": Figure("归档", "text"), "n": Figure(3, "count")},
        {"first_page": (Statement("key", {"activity": "登记 → 归档", "n": Figure(3, "count")}),)},
        {name: pd.DataFrame(columns) for name, columns in tables.items()},
        records={"issues": ({"activity": "归档", "cases": 3},)},
        context={"translations": PAIRS, "targets": [{"label": "登记"}]})


def test_names_alone_joined_and_listed_are_shown_in_the_reader_s_language():
    table = {"activity": ["登记", "甲", ""], "activities": ['["登记","归档"]', "[", ""],
             "cases": [1, 2, 3]}
    english = in_language(result(variants=table), "en")
    assert (english.client, english.process) == ("Record", "甲")
    assert english.statements["first_page"][0].values["activity"] == "Record → Archive"
    assert english.figures["first"].value == "Archive"
    assert english.tables["variants"]["activity"].tolist() == ["Record", "甲", ""]
    assert english.tables["variants"]["activities"].tolist() == ['["Record", "Archive"]', "[", ""]
    assert english.records["issues"][0]["activity"] == "Archive"
    assert english.context["targets"][0]["label"] == "Record"


def test_a_sentence_inside_a_sentence_is_translated_too():
    inner = Statement("inner", {"activity": "归档", "n": Figure(3, "count")})
    said = {"first_page": (Statement("outer", {"part": inner}),)}
    english = in_language(replace(result(), statements=said), "en")
    assert english.statements["first_page"][0].values["part"].values["activity"] == "Archive"


def test_no_number_changes():
    table = {"cases": [1, 2], "share": [0.5, None]}
    english = in_language(result(cases=table), "en")
    assert english.figures["n"] == Figure(3, "count")
    assert english.tables["cases"].equals(pd.DataFrame(table))


def test_in_the_client_s_own_language_nothing_is_touched():
    marks = {"mark": ["Record"]}  # a term of ours that happens to be a translation of theirs
    assert in_language(result(causes=marks), "zh").tables["causes"]["mark"].tolist() == ["Record"]
    assert in_language(Result("plan", "登记", "", "zh", {}, {}, {}), "en").client == "登记"

"""Satisfaction: what the questionnaires say, with how many people said it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import TYPE_CHECKING

from workbench.effect.proportions import wilson

if TYPE_CHECKING:
    import pandas as pd

    from workbench.model import Answers

FEWEST_ANSWERS = 5
"""A group of fewer people is not shown: they could be recognised."""


def withheld(people: pd.Series) -> pd.Series:
    """Which groups of one whole are not shown, from the number of people in each.

    Groups of fewer than five people. Where all that is left out comes to fewer than five people,
    the smallest other groups are left out too: else the whole less the rest would tell.

    >>> import pandas
    >>> withheld(pandas.Series({"north": 3, "south": 9, "west": 7})).tolist()
    [True, False, True]
    >>> withheld(pandas.Series({"north": 3, "south": 9, "west": 2})).tolist()
    [True, False, True]
    """
    import pandas as pd

    sizes = people.to_numpy()
    out = sizes < FEWEST_ANSWERS
    for place in sizes.argsort(kind="stable"):
        if not out[place] and 0 < sizes[out].sum() < FEWEST_ANSWERS:
            out[place] = True
    return pd.Series(out, index=people.index)


def items(answers: Answers) -> pd.DataFrame:
    """Each item's mean and top-box share over people.

    Each person counts once: the score of one who answered for several cases is their mean. Mean of
    the scores; its interval is mean ± t·s/√n. Top box: the share of scores in the upper quarter
    of the item's own scale (4 and 5 of 1-5, 8 to 10 of 1-10), Wilson interval.

    Returns:
        item (str), n (int, people), mean_score, low_score, high_score (points of the scale),
        top_share, top_low_share, top_high_share (0-1), scale_low_score, scale_high_score (its
        lowest and highest possible score); empty where fewer than five people answered.

    >>> items(of_scores({"speed": [1, 4, 5, 5, 5]}))[["item", "n", "mean_score"]].values.tolist()
    [['speed', 5, 4.0]]
    """
    return _summary(answers, ["item"], list(answers.items))


def groups(answers: Answers, by: str = "unit") -> pd.DataFrame:
    """The same per group of respondents (`unit` or `role`); small groups show their n only.

    Nor can a small group be derived from the item as a whole: see `withheld`.

    Returns:
        item, `by`, then the columns of `items`.

    >>> small = groups(of_scores({"speed": [1, 4, 5]}, unit="north"))
    >>> small["n"].tolist(), small["mean_score"].isna().tolist()
    ([3], [True])
    """
    return _summary(answers, ["item", by], list(answers.items))


def lowest_first(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `items` or `groups` by how high their mean stands on the scale of its item.

    >>> from dataclasses import replace
    >>> told = of_scores({"solved": [1, 1, 1, 1, 0], "speed": [1, 2, 1, 2, 1]})
    >>> lowest_first(items(replace(told, scales={"solved": (0, 1)})))["item"].tolist()
    ['speed', 'solved']
    """
    low, high = table["scale_low_score"], table["scale_high_score"]
    place = (table["mean_score"] - low) / (high - low).where(high > low)
    order = place.astype(float).sort_values(kind="stable").index
    return table.loc[order].reset_index(drop=True)


def recommendation(answers: Answers) -> pd.DataFrame:
    """The Net Promoter Score of each item that asks whether one would recommend, from 0 to 10.

    Share of promoters (9 and 10) less share of detractors (0 to 6) over people; who answered for
    several cases counts once, with the mean rounded to a whole answer (Reichheld 2003). Interval:
    adjusted Wald of a difference of two shares of one multinomial (Rocks 2016, arXiv:1601.07235):
    with ¾ added to promoters and to detractors and 3 to n, score ± z·√((p + d − (p − d)²) / n).

    Returns:
        item (str), n (int, people), nps_points, low_points, high_points (−1 to 1; a hundredth is
        one point), promoter_share, detractor_share (0-1); empty where fewer than five people
        answered.

    >>> from dataclasses import replace
    >>> told = of_scores({"recommend": [10, 9, 9, 8, 0]})
    >>> found = recommendation(replace(told, recommendations=told.rows))
    >>> found[["nps_points", "promoter_share", "detractor_share"]].values.tolist()
    [[0.4, 0.6, 0.2]]
    """
    import pandas as pd

    asked = answers.recommendations
    made = []
    if asked is not None and len(asked):
        people = asked.groupby(["item", "respondent"], sort=False)["value"].mean().round()
        for item, values in people.groupby("item", sort=False):
            promoters, detractors = int((values >= 9).sum()), int((values <= 6).sum())
            made.append({"item": item, **net_promoters(promoters, detractors, len(values))})
    table = pd.DataFrame(made, columns=["item", *_NET])
    return table.astype({"n": "int64"} | dict.fromkeys(_NET[1:], "float64"))


def net_promoters(promoters: int, detractors: int, n: int) -> dict[str, float | None]:
    """The columns of `recommendation` from the counts; empty with fewer than five people.

    >>> round(net_promoters(50, 20, 100)["low_points"], 3)
    0.141
    """
    if n < FEWEST_ANSWERS:
        return dict.fromkeys(_NET) | {"n": n}
    z = NormalDist().inv_cdf(0.975)
    more, less = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    net = more - less
    reach = z * math.sqrt((more + less - net * net) / (n + 3))
    return {"n": n, "nps_points": (promoters - detractors) / n,
            "low_points": max(-1.0, net - reach), "high_points": min(1.0, net + reach),
            "promoter_share": promoters / n, "detractor_share": detractors / n}


_NET = ("n", "nps_points", "low_points", "high_points", "promoter_share", "detractor_share")


def quotes(answers: Answers, most: int = 8) -> pd.DataFrame:
    """Comments to quote: what most people said in the same words first, then the longest.

    Comments from a unit with fewer than five respondents are left out.

    Returns:
        text, n (how many said exactly that).

    >>> quotes(of_scores({"speed": [1, 4, 5, 5, 5]}, said=["slow", "slow", "too many forms"]))[
    ...     ["text", "n"]].values.tolist()
    [['slow', 2], ['too many forms', 1]]
    >>> quotes(of_scores({"speed": [1, 4, 5]}, said=["slow"])).empty
    True
    """
    comments = answers.comments
    sizes = answers.rows.groupby(answers.rows["unit"].fillna(""))["respondent"].nunique()
    large = set(sizes[sizes >= FEWEST_ANSWERS].index)
    told = comments.loc[comments["unit"].fillna("").isin(large) & comments["text"].notna(), "text"]
    counted = told.astype(str).value_counts().rename_axis("text").rename("n").reset_index()
    counted = counted.assign(length=counted["text"].str.len()).sort_values(
        ["n", "length", "text"], ascending=[False, False, True], kind="stable")
    return counted[["text", "n"]].head(most).reset_index(drop=True)


def of_scores(
    scores: dict[str, list[float]], unit: str = "", said: Sequence[str] = ()
) -> Answers:
    """Answers typed as numbers, for examples and tests.

    >>> of_scores({"speed": [1, 5]}).rows["value"].tolist()
    [1.0, 5.0]
    """
    import pandas as pd

    from workbench.model import Answers, Reading

    rows = pd.DataFrame(
        [{"respondent": f"P{n}", "date": None, "unit": unit, "role": "", "case_id": None,
          "item": item, "value": float(value)}
         for item, values in scores.items() for n, value in enumerate(values)])
    comments = pd.DataFrame(
        [{"respondent": f"P{n}", "unit": unit, "date": None, "text": text}
         for n, text in enumerate(said)], columns=["respondent", "unit", "date", "text"])
    return Answers(rows, comments, tuple(scores), (1.0, 5.0), Reading("", len(rows), len(rows)))


def _summary(answers: Answers, by: list[str], order: list[str]) -> pd.DataFrame:
    import pandas as pd

    kept = answers.rows[answers.rows["value"].notna()]
    people = kept.groupby([*by, "respondent"], dropna=False)["value"].mean()
    made = []
    for item, scores in people.groupby("item"):
        scale = answers.scale_of(str(item))
        parts = scores.groupby(by, dropna=False)
        for (name, values), hidden in zip(parts, withheld(parts.size()), strict=True):
            keys = dict(zip(by, name if isinstance(name, tuple) else (name,), strict=True))
            made.append(keys | _line(values, scale, hidden=hidden))
    table = pd.DataFrame(made, columns=[*by, *_COLUMNS])
    rank = table["item"].map({item: place for place, item in enumerate(order)})
    return table.assign(rank=rank).sort_values(["rank", *by[1:]], kind="stable").drop(
        columns="rank").reset_index(drop=True)


_COLUMNS = ("n", "mean_score", "low_score", "high_score", "top_share", "top_low_share",
            "top_high_share", "scale_low_score", "scale_high_score")


def _line(
    values: pd.Series, scale: tuple[float, float], *, hidden: bool
) -> dict[str, object]:
    from scipy.special import stdtrit

    n = len(values)
    known: dict[str, object] = {"n": n, "scale_low_score": scale[0], "scale_high_score": scale[1]}
    if hidden:
        return dict.fromkeys(_COLUMNS) | known
    reach = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / n**0.5)
    mean = float(values.mean())
    hits = int((values >= scale[0] + 0.75 * (scale[1] - scale[0])).sum())
    share_low, share_high = wilson(hits, n)
    return known | {"mean_score": mean, "low_score": max(scale[0], mean - reach),
            "high_score": min(scale[1], mean + reach), "top_share": hits / n,
            "top_low_share": share_low, "top_high_share": share_high}

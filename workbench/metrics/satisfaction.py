"""Satisfaction: what the questionnaires say, with how many people said it."""

from __future__ import annotations

from collections.abc import Sequence
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
    of the scale (4 and 5 of 1-5, 8 to 10 of 1-10), Wilson interval.

    Returns:
        item (str), n (int, people), mean_score, low_score, high_score (points of the scale),
        top_share, top_low_share, top_high_share (0-1); empty where fewer than five people answered.

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
    low, high = answers.scale
    top = low + 0.75 * (high - low)
    people = kept.groupby([*by, "respondent"], dropna=False)["value"].mean()
    made = []
    for _, scores in people.groupby("item"):
        parts = scores.groupby(by, dropna=False)
        for (name, values), hidden in zip(parts, withheld(parts.size()), strict=True):
            keys = dict(zip(by, name if isinstance(name, tuple) else (name,), strict=True))
            made.append(keys | _line(values, top, answers.scale, hidden=hidden))
    table = pd.DataFrame(made, columns=[*by, *_COLUMNS])
    rank = table["item"].map({item: place for place, item in enumerate(order)})
    return table.assign(rank=rank).sort_values(["rank", *by[1:]], kind="stable").drop(
        columns="rank").reset_index(drop=True)


_COLUMNS = ("n", "mean_score", "low_score", "high_score", "top_share", "top_low_share",
            "top_high_share")


def _line(
    values: pd.Series, top: float, scale: tuple[float, float], *, hidden: bool
) -> dict[str, object]:
    from scipy.special import stdtrit

    n = len(values)
    if hidden:
        return dict.fromkeys(_COLUMNS) | {"n": n}
    reach = float(stdtrit(n - 1, 0.975) * values.std(ddof=1) / n**0.5)
    mean = float(values.mean())
    hits = int((values >= top).sum())
    share_low, share_high = wilson(hits, n)
    return {"n": n, "mean_score": mean, "low_score": max(scale[0], mean - reach),
            "high_score": min(scale[1], mean + reach), "top_share": hits / n,
            "top_low_share": share_low, "top_high_share": share_high}

"""The interactive workspace of a notebook: a process map to turn over, without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench import documents, flow, stage, words
from workbench.engine import frame
from workbench.model import Client

if TYPE_CHECKING:
    import pandas as pd


def explorer(client: Client) -> Any:
    """A drop-down of units and a slider of how many steps to show, over the process map."""
    import ipywidgets

    voice = words.load(client.engagement.language)
    everywhere = (voice.text("notebook.all_units"), "")
    unit = ipywidgets.Dropdown(options=[everywhere, *((name, name) for name in units(client))],
                               description=voice.text("notebook.unit"))
    share = ipywidgets.IntSlider(value=100, min=10, max=100, step=10, continuous_update=False,
                                 description=voice.text("notebook.steps_shown"))
    drawing = ipywidgets.HTML()

    def redraw(_change: object = None) -> None:
        drawing.value = process_map(client, unit.value, share.value / 100).svg

    unit.observe(redraw, "value")
    share.observe(redraw, "value")
    redraw()
    return ipywidgets.VBox([ipywidgets.HBox([unit, share]), drawing])


def units(client: Client) -> list[str]:
    """The units that the log names, sorted."""
    found = frame(client.log.cases.select("unit").distinct())
    return sorted(str(name) for name in found["unit"].dropna())


def process_map(client: Client, unit: str = "", share: float = 1.0) -> documents.Picture:
    """The process map of one unit (all if empty), its steps cut to the most frequent `share`."""
    log = client.log
    if unit:
        log = log.only(log.cases.filter(log.cases.unit == unit))
    seen = flow.as_is(log)
    tables = {"activities": seen.nodes, "directly_follows": most_frequent(seen.edges, share)}
    shown = stage.result(client, "diagnose", figures={}, first_page=(), tables=tables, absent=())
    return documents.picture(shown, "process_map", words.load(client.engagement.language))


def most_frequent(steps: pd.DataFrame, share: float) -> pd.DataFrame:
    """The most frequent steps that together hold at least this share of all of them."""
    ranked = steps.sort_values(["events", "source", "target"], ascending=[False, True, True])
    before = ranked["events"].cumsum() - ranked["events"]
    kept: pd.DataFrame = ranked[before < share * ranked["events"].sum()]
    return kept.reset_index(drop=True)

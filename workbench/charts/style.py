"""The house's style of charts, and charts as specifications and as SVG."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # 3 s for nothing

import altair as alt  # noqa: E402 - after the line above, or that is in vain
import vl_convert  # noqa: E402 - as above

__all__ = [
    "BLUE", "FONTS", "GREY", "INK", "LINE", "ORANGE", "OUTCOMES", "PALE", "TEAL", "WIDTH",
    "alt", "finish", "svg",
]

WIDTH = 700
FONTS = ('"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "Segoe UI", '
         '"Helvetica Neue", Arial, sans-serif')
INK, GREY, LINE = "#1d2733", "#5d6b7a", "#d9dfe6"
BLUE, ORANGE, TEAL, PALE = "#2f6592", "#d9782d", "#3f8f84", "#9bb8d3"
OUTCOMES = {"reached": "#2f7d5b", "not_reached": "#b8442c", "cannot_tell": "#8a6d1f"}


def finish(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """A chart as its Vega-Lite specification, in the house's style."""
    with alt.data_transformers.disable_max_rows():  # decades of weeks are drawn, not refused
        spec: dict[str, Any] = chart.to_dict()
    spec["config"] = _style()
    spec["autosize"] = {"type": "fit-x", "contains": "padding"}
    if "vconcat" in spec:
        del spec["autosize"]
    return spec


def svg(spec: Mapping[str, Any], name: str) -> str:
    """A specification as SVG that stands by itself; its ids are its own on a page of many."""
    drawn: str = vl_convert.vegalite_to_svg(dict(spec), vl_version="6.4")
    prefix = re.sub(r"\W", "_", name)
    drawn = re.sub(r'\bid="', f'id="{prefix}-', drawn)
    return re.sub(r"url\(#", f"url(#{prefix}-", drawn)


def _style() -> dict[str, Any]:
    text = {"labelFont": FONTS, "titleFont": FONTS, "labelFontSize": 11, "titleFontSize": 11}
    return {
        "font": FONTS, "background": "transparent", "view": {"stroke": None},
        "mark": {"aria": False},  # the drawing has one label; its parts would speak of our columns
        "axis": text | {
            "aria": False,
            "labelColor": INK, "titleColor": GREY, "titleFontWeight": "normal",
            "gridColor": "#e9edf1", "domainColor": LINE, "tickColor": LINE, "labelLimit": 240},
        "axisX": {"tickCount": 8, "titlePadding": 8},
        "axisY": {"domain": False, "ticks": False, "labelPadding": 6, "titleAngle": 0,
                  "titleAlign": "left", "titleAnchor": "end", "titleY": -9, "titleX": -34,
                  "titleBaseline": "bottom"},
        "legend": text | {"aria": False, "orient": "top", "symbolType": "square", "labelColor": INK,
                          "columns": 6, "offset": 8, "symbolOpacity": 1},
        "bar": {"cornerRadiusEnd": 2},
        "scale": {"bandPaddingInner": 0.28},
    }


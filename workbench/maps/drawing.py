"""Boxes and arrows as SVG: every text escaped, widths counted for Latin and Chinese letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from workbench.maps.layout import Arrow, Box, Placed, Point, place

FONTS = ("'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei','Segoe UI',"
         "'Helvetica Neue',Arial,sans-serif")
SIZE, SMALL = 12.5, 10.5
MANY, NARROW = 20, 11.0  # the boxes of a large map are narrower
MOST_LETTERS = 15.0  # em per line of a box; longer names go on in a second line, then are cut


@dataclass(frozen=True)
class Node:
    """A box: its name, a line below it, its colour, and what a pointer is told."""

    name: str
    below: str = ""
    fill: str = "#eef2f6"
    ink: str = "#1d2733"
    hint: str = ""
    mark: bool = False


@dataclass(frozen=True)
class Edge:
    """An arrow between two nodes (by number): its label, its strength 0-1, what a pointer sees."""

    source: int
    target: int
    label: str = ""
    strength: float = 0.5
    hint: str = ""
    backward: bool = False


def draw(nodes: Sequence[Node], edges: Sequence[Edge], title: str, name: str) -> str:
    """A map as one SVG element that scales to its place; `name` keeps its ids apart."""
    narrow = MOST_LETTERS if len(nodes) <= MANY else NARROW
    lines = [[] if node.mark else fold(node.name, narrow) for node in nodes]
    boxes = [_box(node, its) for node, its in zip(nodes, lines, strict=True)]
    arrows = [
        Arrow(edge.source, edge.target, em(edge.label) * SMALL,
              1 + round(9 * edge.strength), edge.backward)
        for edge in edges
    ]
    placed = place(boxes, arrows)
    parts = [*map(_edge, edges, placed.curves, placed.labels, [name] * len(edges)),
             *map(_node, nodes, boxes, lines, placed.centres)]
    return str(_frame(placed, title, name, parts))


def em(text: str) -> float:
    """The width of a text in em: a Chinese letter is 1 wide, a Latin one 0.56.

    >>> em("ab"), em("退回")
    (1.12, 2.0)
    """
    return sum(1.0 if _is_wide(each) else 0.56 for each in text)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def fold(name: str, width: float = MOST_LETTERS) -> list[str]:
    """A name in at most two lines, broken at a space where there is one; the rest is dropped.

    >>> fold("check the application for completeness and for signatures")
    ['check the application for', 'completeness and for…']
    """
    lines = [""]
    for piece in _pieces(name):
        if em((lines[-1] + piece).rstrip()) > width and lines[-1].strip():
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    kept = [line.rstrip() for line in lines[:2]]
    if len(lines) > 2 or em(kept[-1]) > width:
        while em(kept[-1]) > width - 0.6:
            kept[-1] = kept[-1][:-1].rstrip()
        kept[-1] += "…"
    return kept


def _pieces(name: str) -> list[str]:
    """Where a line may break: after a space, and before and after each Chinese letter."""
    pieces = [""]
    for each in " ".join(name.split()):
        if pieces[-1] and (each == " " or _is_wide(each) or _is_wide(pieces[-1][-1])):
            pieces.append("")
        pieces[-1] += each
    return [part for piece in pieces for part in _cut_long(piece)]


def _cut_long(piece: str) -> list[str]:
    most = int(MOST_LETTERS / 0.56)
    return [piece[start:start + most] for start in range(0, len(piece), most)]


def _box(node: Node, lines: list[str]) -> Box:
    if node.mark:
        return Box(em(node.name) * SMALL + 26, 22)
    widest = max(*(em(line) * SIZE for line in lines), em(node.below) * SMALL)
    return Box(widest + 26, 14 + 16 * len(lines) + (15 if node.below else 0))


def _frame(placed: Placed, title: str, name: str, parts: Sequence[Markup]) -> Markup:
    width, height = placed.width + 16, placed.height + 16
    heads = Markup("").join(
        Markup('<marker id="{}-{}" viewBox="0 0 10 10" refX="9.4" refY="5" markerWidth="9" '
               'markerHeight="9" markerUnits="userSpaceOnUse" orient="auto">'
               '<path d="M0 1 10 5 0 9z" fill="{}"/></marker>').format(name, kind, colour)
        for kind, colour in (("on", _ON), ("back", _BACK)))
    return Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" class="map" width="{:.0f}" height="{:.0f}" '
        'viewBox="-8 -8 {:.0f} {:.0f}" font-family="{}" role="img"><title>{}</title>'
        "<defs>{}</defs>{}</svg>"
    ).format(width, height, width, height, FONTS, title, heads, Markup("").join(parts))


_ON, _BACK = "#51657a", "#b8622a"


def _edge(edge: Edge, curve: tuple[Point, ...], label: Point, name: str) -> Markup:
    start, *rest = curve
    pieces = " ".join(f"{x:.1f},{y:.1f}" for x, y in rest)
    text = Markup(
        '<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="{}" fill="{}" '
        'stroke="#fff" stroke-width="3" paint-order="stroke">{}</text>'
    ).format(label[0], label[1] + 3.6, SMALL, "#3c4a58", edge.label) if edge.label else Markup("")
    return Markup(
        '<g><title>{}</title><path d="M{:.1f},{:.1f} C{}" fill="none" stroke="{}" '
        'stroke-width="{:.2f}" stroke-opacity="{:.2f}"{} marker-end="url(#{}-{})"/>{}</g>'
    ).format(
        edge.hint, *start, pieces, _BACK if edge.backward else _ON, 0.9 + 3.1 * edge.strength,
        0.55 + 0.45 * edge.strength, Markup(' stroke-dasharray="5 3"') if edge.backward else "",
        name, "back" if edge.backward else "on", text)


def _node(node: Node, box: Box, lines: list[str], centre: Point) -> Markup:
    x, y = centre
    if node.mark:
        texts = [(node.name, y + 3.8, SMALL, "normal")]
    else:
        top = y - box.height / 2 + 19.5
        texts = [(line, top + 16 * turn, SIZE, "600") for turn, line in enumerate(lines)]
        if node.below:
            texts.append((node.below, top + 16 * len(lines) - 1, SMALL, "normal"))
    drawn = Markup("").join(
        Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="middle" font-size="{}" '
               'font-weight="{}" fill="{}">{}</text>').format(x, at, size, weight, node.ink, text)
        for text, at, size, weight in texts)
    return Markup(
        '<g><title>{}</title><rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="{}" '
        'fill="{}" stroke="#51657a" stroke-opacity=".45"/>{}</g>'
    ).format(node.hint or node.name, x - box.width / 2, y - box.height / 2, box.width, box.height,
             11 if node.mark else 6, node.fill, drawn)


def safe(text: object) -> str:
    """A text as it may stand between tags."""
    return str(escape(text))

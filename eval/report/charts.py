"""The report's charts as inline SVG that fits any width without scaling its text.

Every horizontal place is a share of the width in per cent; lines lie in a stretched drawing inside, where
strokes keep their width. Colours come from the style sheet by class.
"""

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np

from eval.report.markup import Markup, element, joined
from eval.summary import shown

Point = tuple[float, float]
"""Across and up, both from 0 to 1."""


PERCENTS: tuple[tuple[float, str], ...] = tuple((n / 4, f"{25 * n} %") for n in range(5))
"""Marks on an axis of shares."""


def interval_strip(value: float, low: float, high: float, label: str) -> Markup:
    """A share on a line from 0 to 1 with its interval as a band."""
    return _svg(
        label,
        element("rect", class_="track", x="0%", y="40%", width="100%", height="20%", rx=2),
        element("rect", class_="band", x=_pc(low), y="15%", width=_pc(high - low), height="70%", rx=2),
        element("circle", class_="dot", cx=_pc(value), cy="50%", r=5),
        class_="strip",
    )


def bar(value: float, low: float, high: float, label: str) -> Markup:
    """A share as a bar with its interval as a whisker."""
    return _svg(
        label,
        element("rect", class_="track", x="0%", y="20%", width="100%", height="60%", rx=2),
        element("rect", class_="bar", x="0%", y="20%", width=_pc(value), height="60%", rx=2),
        element("line", class_="whisker", x1=_pc(low), x2=_pc(high), y1="50%", y2="50%"),
        *(element("line", class_="whisker", x1=_pc(x), x2=_pc(x), y1="30%", y2="70%") for x in (low, high)),
        class_="bar-row",
    )


def risk_coverage_chart(
    curve: Sequence[Mapping[str, float]], operating: Mapping[str, float] | None
) -> Markup:
    """Risk over coverage; beyond what the system answered the line is an upper bound, and dashed."""
    points = [(p["coverage"], p["risk"]) for p in curve]
    reached = operating["coverage"] if operating else 0.0
    known = [p for p in points if p[0] <= reached + 1e-9]
    bound = points[max(0, len(known) - 1) :]
    parts = [
        _axes(PERCENTS, PERCENTS, "share answered, the surest first"),
        _lines((known, "line"), (bound, "line dashed")),
    ]
    if operating:
        parts += [
            _guide(reached),
            element("circle", class_="dot", cx=_pc(reached), cy=_pc(1 - operating["risk"]), r=5),
            _guide_label(reached, "now", 12),
        ]
    return _svg("Risk over coverage", *parts, class_="plot")


def hit_chart(curve: Sequence[Mapping[str, float]]) -> Markup:
    """hit@k for k from 1 on: for any fact and for all facts of a case."""
    last = max((p["k"] for p in curve), default=1)

    def across(k: float) -> float:
        return (k - 1) / max(1, last - 1)

    ticks = [(across(p["k"]), f"{p['k']}") for p in curve]
    parts = [_axes(PERCENTS, ticks, "k")]
    for key, name, class_, drop in (
        ("any", "any fact", "line", -10),
        ("all", "every fact", "line second", 20),
    ):
        points = [(across(p["k"]), p[key]) for p in curve]
        parts.append(_lines((points, class_)))
        parts += [
            element(
                "circle",
                element("title", f"{name}, first {p['k']}: {shown(p[key], 'share')}"),
                class_="dot small" if key == "any" else "dot small second",
                cx=_pc(across(p["k"])),
                cy=_pc(1 - p[key]),
                r=3.5,
            )
            for p in curve
        ]
        if curve:
            x, y = points[-1]
            parts.append(
                element("text", name, class_="note", x=_pc(x), y=_pc(1 - y), dy=drop, text_anchor="end")
            )
    return _svg("Share of answerable cases with evidence among the first k matches", *parts, class_="plot")


def latency_chart(seconds: Sequence[float], p50: float, p95: float) -> Markup:
    """How many answers took how long, on a logarithmic axis."""
    times = np.maximum(np.asarray(seconds, dtype=float), 1e-6)
    low, high = float(times.min()) * 0.9, float(times.max()) * 1.1
    bins = 28
    edges = np.geomspace(low, high, bins + 1)
    counts, _ = np.histogram(times, edges)

    def across(second: float) -> float:
        return float(np.log(second / low) / np.log(high / low))

    steps = [m * 10.0**e for e in range(-6, 4) for m in (1, 2, 5)]
    inside = [(across(s), shown(s, "seconds")) for s in steps if low <= s <= high]
    inside = (
        inside[:: ceil(len(inside) / 5)] if inside else [(0.5, shown(float(np.median(times)), "seconds"))]
    )
    top = int(counts.max())
    levels = [(0.0, "0"), (1.0, str(top))]
    parts = [_axes(levels, inside, "logarithmic")]
    for i, count in enumerate(counts):
        if count:
            between = f"{shown(float(edges[i]), 'seconds')} to {shown(float(edges[i + 1]), 'seconds')}"
            share = count / top
            parts.append(
                element(
                    "rect",
                    element("title", f"{between}: {count}"),
                    class_="bar",
                    x=_pc(i / bins + 0.002),
                    y=_pc(1 - share),
                    width=_pc(1 / bins - 0.004),
                    height=_pc(share),
                )
            )
    marks = [(across(max(value, low)), name, value) for value, name in ((p50, "p50"), (p95, "p95"))]
    parts += [_guide(x) for x, _, _ in marks]
    for line, (x, name, value) in enumerate(marks):
        parts.append(_guide_label(x, f"{name} {shown(value, 'seconds')}", 12 + 16 * line))
    return _svg("Answers by the time they took", *parts, class_="plot")


def _axes(levels: Sequence[tuple[float, str]], ticks: Sequence[tuple[float, str]], name: str) -> Markup:
    """Grid lines with their labels left of the drawing, ticks and the axis's name below it."""
    parts = []
    for up, label in levels:
        y = _pc(1 - up)
        parts.append(element("line", class_="grid", x1="0%", x2="100%", y1=y, y2=y))
        parts.append(element("text", label, class_="tick", x=-8, y=y, dy=4, text_anchor="end"))
    for across, label in ticks:
        parts.append(
            element("text", label, class_="tick", x=_pc(across), y="100%", dy=18, text_anchor="middle")
        )
    parts.append(element("text", name, class_="tick", x="100%", y="100%", dy=37, text_anchor="end"))
    return joined(*parts)


def _guide(across: float) -> Markup:
    return element("line", class_="guide", x1=_pc(across), x2=_pc(across), y1="0%", y2="100%")


def _guide_label(across: float, label: str, dy: int) -> Markup:
    """Beside a guide, on the side that has room."""
    left = across > 0.5
    return element(
        "text",
        label,
        class_="note",
        x=_pc(across),
        y="0%",
        dx=-6 if left else 6,
        dy=dy,
        text_anchor="end" if left else "start",
    )


def _lines(*lines: tuple[Sequence[Point], str]) -> Markup:
    """Poly-lines in a drawing of 100 by 100 that is stretched to the place there is."""
    paths = [
        element(
            "path",
            d="M" + "L".join(f"{100 * x:.2f} {100 * (1 - y):.2f}" for x, y in points),
            class_=class_,
            vector_effect="non-scaling-stroke",
        )
        for points, class_ in lines
        if len(points) > 1
    ]
    return element(
        "svg", *paths, width="100%", height="100%", viewBox="0 0 100 100", preserveAspectRatio="none"
    )


def _svg(label: str, *parts: Markup, class_: str) -> Markup:
    return element("svg", *parts, role="img", aria_label=label, class_=class_)


def _pc(share: float) -> str:
    return f"{100 * share:.2f}%"

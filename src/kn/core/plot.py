"""A line chart as SVG: small, plain, readable on light and dark pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_COLOURS = ("#2563eb", "#d97706", "#059669", "#dc2626", "#7c3aed")
_WIDTH, _HEIGHT = 720, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 34, 44


@dataclass(frozen=True, slots=True)
class Series:
    """A named line: one value for each place on the x axis."""

    name: str
    values: tuple[float, ...]


def draw_chart(title: str, labels: Sequence[str], series: Sequence[Series]) -> str:
    """The chart as the text of an SVG file.

    Args:
        title: Above the chart.
        labels: One for each place on the x axis; only some are written.
        series: At most five, all as long as `labels`, none negative.
    """
    top = _nice(max((v for s in series for v in s.values), default=0))
    width, height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM
    rows = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'font-family="sans-serif" font-size="12" fill="#6b7280">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="20" font-size="14" fill="#111827">{escape(title)}</text>',
    ]
    for step in range(5):
        y = _TOP + height - height * step / 4
        rows.append(f'<line x1="{_LEFT}" x2="{_LEFT + width}" y1="{y:.1f}" y2="{y:.1f}" '
                    f'stroke="#e5e7eb"/>')  # fmt: skip
        rows.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
                    f'{_number(top * step / 4)}</text>')  # fmt: skip
    places = [_LEFT + width * at / max(len(labels) - 1, 1) for at in range(len(labels))]
    every = max(1, len(labels) // 6)
    for at in range(0, len(labels), every):
        rows.append(f'<text x="{places[at]:.1f}" y="{_HEIGHT - 20}" text-anchor="middle">'
                    f'{escape(labels[at])}</text>')  # fmt: skip
    for number, one in enumerate(series):
        colour = _COLOURS[number % len(_COLOURS)]
        points = [
            f"{x:.1f},{_TOP + height - height * (v / top if top else 0):.1f}"
            for x, v in zip(places, one.values, strict=True)
        ]
        rows.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2" '
                    f'points="{" ".join(points)}"/>')  # fmt: skip
        y = _TOP + 14 + 18 * number
        rows.append(f'<rect x="{_LEFT + width + 14}" y="{y - 9}" width="12" height="4" '
                    f'fill="{colour}"/>')  # fmt: skip
        last = _number(one.values[-1]) if one.values else ""
        rows.append(f'<text x="{_LEFT + width + 32}" y="{y - 3}">{escape(one.name)} {last}</text>')
    return "\n".join([*rows, "</svg>"]) + "\n"


def _nice(value: float) -> float:
    """The next of 1, 2, 4, 5, 8 times a power of ten: four steps of it are round numbers."""
    if value <= 0:
        return 1
    power = 1.0
    while power * 10 <= value:
        power *= 10
    while power > value:
        power /= 10
    return next(f * power for f in (1, 2, 4, 5, 8, 10) if f * power >= value)


def _number(value: float) -> str:
    return f"{value:g}" if value < 10_000 else f"{value / 1000:g}k"

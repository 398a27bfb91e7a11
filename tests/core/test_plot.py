"""The chart of `kn stats --plot`."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from kn.core.plot import Series, draw_chart


def test_the_chart_is_well_formed_and_names_its_lines() -> None:
    svg = draw_chart("Items <of> knowledge", ["a", "b"], [Series("current & fine", (1, 4))])

    root = ElementTree.fromstring(svg)

    assert "current & fine 4" in [e.text for e in root.iter() if e.text]


@pytest.mark.parametrize("values", [(), (0,), (3,), (0, 0), (1, 10, 100, 12_000)])
def test_every_point_lies_inside(values: tuple[float, ...]) -> None:
    svg = draw_chart("t", [str(n) for n in range(len(values))], [Series("s", values)])

    line = next(e for e in ElementTree.fromstring(svg).iter() if e.tag.endswith("polyline"))
    points = [tuple(map(float, p.split(","))) for p in line.get("points", "").split()]

    assert len(points) == len(values)
    assert all(60 <= x <= 570 and 34 <= y <= 276 for x, y in points)

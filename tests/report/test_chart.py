"""The ground of the figures: labels that keep apart, SVG that is the same each time and clean inside a page."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.report.chart import INK, PALETTE, Chart, label_ends, panels, png_bytes, spread, style, svg_text


@given(st.lists(st.floats(-5.0, 15.0), min_size=1, max_size=12), st.floats(0.01, 3.0))
def test_spread_keeps_order_gap_and_bounds(positions, gap):
    low, high = 0.0, 10.0
    placed = spread(positions, gap, low, high)
    order = np.argsort(positions, kind="stable")
    steps = np.diff(np.array(placed)[order])
    room = (high - low) / max(len(positions) - 1, 1)
    assert min(placed) >= low - 1e-9
    assert max(placed) <= high + 1e-9
    assert np.all(steps >= min(gap, room) - 1e-9)


def test_spread_leaves_alone_what_has_room():
    assert spread([1.0, 5.0, 9.0], 1.0, 0.0, 10.0) == [1.0, 5.0, 9.0]


def test_spread_moves_two_that_meet_apart_about_their_middle():
    assert spread([4.0, 4.0], 2.0, 0.0, 10.0) == pytest.approx([3.0, 5.0])


def drawing(name: str = "one") -> Chart:
    with style():
        figure, axes = panels(1, height_in=2.0)
        axes[0, 0].plot([0.0, 1.0], [0.0, 1.0], color=INK["orbit"])
        axes[0, 0].set_ylabel("Power [W]")
        label_ends(axes[0, 0], [(1.0, "end < & >", "orbit")])
    return Chart(name, "Title", "Caption.", 'Alt "text" <here>', figure)


def test_svg_is_well_formed_and_the_same_each_time():
    text = svg_text(drawing())
    assert text == svg_text(drawing())
    root = ElementTree.fromstring(text)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-labelledby"] == root[0].attrib["id"]
    assert root[0].text == 'Alt "text" <here>'
    assert "Power [W]" in "".join(root.itertext())


def test_names_inside_two_drawings_do_not_meet():
    one, two = (set(re.findall(r'\bid="([^"]+)"', svg_text(drawing(name)))) for name in ("one", "two"))
    assert one
    assert not one & two


def test_references_inside_a_drawing_are_found():
    text = svg_text(drawing())
    names = set(re.findall(r'\bid="([^"]+)"', text))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', text)) <= {
        pair for name in names for pair in ((name, ""), ("", name))
    }


def test_every_colour_follows_the_page():
    bare = re.sub(r"var\(--\w+, #[0-9a-f]{6}\)", "", svg_text(drawing()))
    assert not re.findall(r"#[0-9a-f]{6}\b", bare)


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.1."""
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255.0
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("page", [0, 1], ids=["light", "dark"])
def test_text_colours_stand_out_from_the_page(page):
    least = 4.5  # WCAG 2.1 AA for text of ordinary size
    ground = luminance(PALETTE["paper"][page])
    for role in set(PALETTE) - {"grid", "paper", "shade"}:
        light, dark = sorted((luminance(PALETTE[role][page]), ground), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= least, role


def test_png_is_a_picture():
    assert png_bytes(drawing())[:8] == b"\x89PNG\r\n\x1a\n"

"""Power over throughput as straight pieces that never lie above the law: tangents to a convex curve."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

CURVE_ERROR = 5e-4  # of the throughput at a power, by which tangents may stand outside of the square-root law
SPACING = 1.045  # of the throughputs at which they touch, so that the error holds


@dataclass(frozen=True)
class Pieces:
    """Power = idle + Σ slope × part, throughput = Σ part, each part at most its width; slopes rise."""

    idle_w: float  # at throughput zero; zero where the devices may be off
    slope_w: np.ndarray  # float64[n_piece]
    width: np.ndarray  # float64[n_piece]

    @property
    def full_w(self) -> float:
        """Power at full throughput."""
        return self.idle_w + float((self.slope_w * self.width).sum())

    def width_within(self, largest_w: np.ndarray) -> np.ndarray:
        """Return float64[n, n_piece], the widths cut to where the power is at most float64[n]."""
        whole_w = self.slope_w * self.width
        below_w = self.idle_w + np.cumsum(whole_w) - whole_w
        return np.clip((largest_w[:, None] - below_w) / self.slope_w, 0.0, self.width)


def cut_to(pieces: Pieces, throughput: float) -> Pieces:
    """Return the pieces up to a throughput."""
    below = np.cumsum(pieces.width) - pieces.width
    return Pieces(pieces.idle_w, pieces.slope_w, np.clip(throughput - below, 0.0, pieces.width))


def switchable(idle_w: float, span_w: float, exponent: float) -> Pieces:
    """Return the pieces of devices that may be off for part of the time: idle + span r^a where on, 0 where off.

    The hull of both is straight from the origin to where the line touches: r* = (idle/(span (a-1)))^(1/a).
    """
    if exponent <= 1.0 or idle_w >= span_w * (exponent - 1.0):
        return Pieces(0.0, np.array([idle_w + span_w]), np.array([1.0]))
    touch = max((idle_w / (span_w * (exponent - 1.0))) ** (1.0 / exponent), 0.02)
    at = np.geomspace(touch, 1.0, max(int(np.ceil(np.log(1.0 / touch) / np.log(SPACING))), 1) + 1)
    height_w = idle_w + span_w * at**exponent
    slope_w = exponent * span_w * at ** (exponent - 1.0)
    slope_w[0] = height_w[0] / at[0]  # as it is, but for an idle power of next to nothing
    return _tangents(at, height_w, slope_w)


def always_on(power_w: Callable[[float], float], n_piece: int = 60) -> Pieces:
    """Return the pieces of a convex power over throughput 0 to 1 that never falls to nothing."""
    step = 1e-5
    at = np.concatenate([[step], np.geomspace(0.02, 1.0 - step, n_piece)])
    height_w = np.array([power_w(float(r)) for r in at])
    slope_w = np.array([(power_w(float(r) + step) - power_w(float(r) - step)) / (2 * step) for r in at])
    return _tangents(at, height_w, slope_w)


def may_go_dark(pieces: Pieces) -> Pieces:
    """Return the hull of the pieces and nothing at all: the whole site off for part of the window."""
    share = np.cumsum(pieces.width)
    power_w = pieces.idle_w + np.cumsum(pieces.slope_w * pieces.width)
    k = int(np.argmin(power_w / share))
    first = np.array([power_w[k] / share[k]])
    return Pieces(
        0.0, np.concatenate([first, pieces.slope_w[k + 1 :]]), np.concatenate([share[k : k + 1], pieces.width[k + 1 :]])
    )


def _tangents(at: np.ndarray, height_w: np.ndarray, slope_w: np.ndarray) -> Pieces:
    """Return the pieces of tangents at given throughputs, which meet between them."""
    above_w = height_w - slope_w * at  # where each meets throughput zero
    meet = (above_w[:-1] - above_w[1:]) / (slope_w[1:] - slope_w[:-1])
    return Pieces(float(above_w[0]), slope_w, np.diff(np.concatenate([[0.0], meet, [1.0]])))

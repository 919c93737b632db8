"""What lasers between satellites are and carry, and what they allow the dispatch of a window."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ..errors import Problem, ScenarioError
from .link_budget import LaserTerminal
from .topology import PlusGrid

FAR_M = 1e7  # of the far field of any terminal, where light falls with the square of the distance
MOST_TERMINALS = 8


@dataclass(frozen=True)
class LaserSpec:
    """Links between the satellites of a run.

    Parameters
    ----------
    grid : PlusGrid
        Who is linked to whom, and when a link holds.
    cap_bit_s : float
        Rate of a link in either direction [bit/s].
    light_bit_m2_s : float
        Rate that the light allows over a distance d, times d² [bit m²/s]; inf where the rate is given.
    availability : float
        Share of time in which a link that could hold works: 0.99 (MODEL §8).
    cells : int
        Wanted number of cells (`cells`).
    refresh_s : float
        Time after which it is looked anew which links hold [s] (C).
    """

    grid: PlusGrid = field(default_factory=PlusGrid)
    cap_bit_s: float = 100e9
    light_bit_m2_s: float = np.inf
    availability: float = 0.99
    cells: int = 2000
    refresh_s: float = 600.0

    def __post_init__(self) -> None:
        if np.max(self.grid.terminals) > MOST_TERMINALS:
            limit = f"at most {MOST_TERMINALS}"
            raise ScenarioError(Problem(f"{self.grid.terminals}", "network.lasers.terminals", limit=limit))

    @classmethod
    def of_terminal(cls, terminal: LaserTerminal, **options) -> LaserSpec:
        """Return lasers of one kind of terminal, their rate by distance, uptime and acquisition those of its own."""
        light = float(terminal.photon_limit_bit_s(FAR_M)) * FAR_M**2
        return cls(
            cap_bit_s=min(terminal.cap_bit_s, terminal.wavelength_cap_bit_s), light_bit_m2_s=light,
            availability=terminal.uptime, **options,
        )  # fmt: skip


@dataclass(frozen=True)
class LaserLimits:
    """What lasers and views allow in a window."""

    by_laser: np.ndarray  # bool[n_signature, n_gateway], whether links lead into the gateway's view
    view_bit: np.ndarray  # float64[n_gateway], what the satellites in view can send down
    around_bit: np.ndarray  # float64[n_gateway], what lasers can bring into view
    rounding_bit: float  # that work rounded up to whole quanta, and then to whole bits, may add


@dataclass(frozen=True, eq=False)
class LasersLost:
    """For a time [s after the start of the run] each laser of some satellites is lost with probability `share`.

    `number` is the event's own, on which its draws hang.
    """

    rows: np.ndarray  # int64[n]
    share: float
    number: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class LinkEvent:
    """For a time [s after the start] the links of rows `a` and `b` keep a share of their rate; b None: all of a's."""

    a: int
    b: int | None
    rate_share: float
    start_s: float
    end_s: float
    name: str = ""

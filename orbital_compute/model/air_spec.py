"""What a scenario says about the air: activity of the Sun, density, and how each design of satellite meets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .solar_activity import SolarActivity, solar_activity

DENSITIES = ("table", "nrlmsis")
YEAR_S = 31557600.0


@dataclass(frozen=True)
class DragSpec:
    """How a design of satellite meets the air, and what it has against it; area of array and radiator come with it.

    The area across the flight is that of the body, and of array and radiator by how they are held (`model.air`), of
    each at least `edge_fraction`: an array edge-on all the time gives 0.05 A_array + A_bus (MODEL §1.3).
    """

    coefficient: float = 2.2  # A, MODEL §1.3
    body_area_m2: float = 10.0  # across the flight, without array and radiator (C)
    edge_fraction: float = 0.05  # of a panel's area, shown by its edge, booms and errors of pointing (C)
    ram_area_m2: float | None = None  # across the flight, all of it; None: from the attitude
    tumbling_area_m2: float | None = None  # mean of a failed satellite; None: a quarter of the surface
    specific_impulse_s: float = 2500.0  # of a Hall thruster (C)
    propellant_kg: float | None = None  # on board against drag; None: not counted down


@dataclass(frozen=True)
class AirSpec:
    """The air of a run. `drag` holds designs by name; one that is missing has the defaults of `DragSpec`.

    density: "table" is Vallado's, times a factor of the Sun's flux; "nrlmsis" is NRLMSIS 2.1 of the extra [air],
    averaged over longitudes, seasons and the latitudes of the orbit.
    """

    activity: SolarActivity = field(default_factory=lambda: solar_activity("outlook"))
    density: str = "table"
    drag: Mapping[str, DragSpec] = field(default_factory=dict)
    geomagnetic_ap: float = 13.0  # with nrlmsis; middle of the 9 to 17 that the outlook's source expects (B)
    end_altitude_m: float = 120e3  # below it a satellite has re-entered
    rule_s: float = 5.0 * YEAR_S  # FCC 22-74: gone within five years of its end

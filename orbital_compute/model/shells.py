"""Shells of satellites: Walker patterns, sun-synchronous planes, clusters along the track, and the filed presets."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import resources

import numpy as np

from ..constants import EARTH_RADIUS_M, SUN_NODE_RATE_RAD_S
from ..errors import Problem, ScenarioError
from ..physics.orbit import (
    ECCENTRICITY_LIMIT,
    frozen_eccentricity,
    secular_rates,
    sun_synchronous_inclination_rad,
)
from .frames import mean_sun_rad

LOWEST_ALTITUDE_M = 160e3  # below, no orbit holds
NODE_DRIFT_LIMIT_DEG_DAY = 0.05  # 18 degrees, or 1.2 h of local time, in a year
GOLDEN_SHARE = 0.6180339887498949  # multiples of it, less their whole part, fill 0 to 1 evenly
SUN_SYNCHRONOUS = "sun_synchronous"
VARIANTS = ("as_filed", "sso_corrected")


@dataclass(frozen=True, kw_only=True)
class Shell:
    """Planes of one altitude and inclination.

    Altitude is the mean semi-major axis less 6,378,137 m. `inclination_deg` may be "sun_synchronous".
    `n_per_plane` is one count, or one for each plane. Nodes are spread evenly over `raan_spread_deg` from `raan_deg`
    (360 Walker delta, 180 Walker star), or from the local time of ascending node `ltan_h` [h], if one is given, or
    stand at local times given for each plane.
    `phasing` is Walker's F (plane j is F j/t of a turn on, t the satellites of the shell), or "alternate": odd
    planes half a slot on. With `spacing_m` a plane is no full ring but a row along the track, centred.
    `eccentricity` None is the frozen orbit: the mean eccentricity vector at rest, perigee at 90 degrees, so that
    height depends on latitude alone; otherwise perigee stands at `arg_perigee_deg`.
    """

    name: str
    altitude_m: float
    inclination_deg: float | str
    n_plane: int
    n_per_plane: int | tuple[int, ...]
    raan_deg: float = 0.0
    raan_spread_deg: float = 360.0
    ltan_h: tuple[float, ...] = ()
    phasing: float | str = 1
    first_arg_latitude_deg: float = 0.0
    spacing_m: float | None = None
    eccentricity: float | None = None
    arg_perigee_deg: float = 90.0
    satellite_type: str | None = None
    group: str = ""

    @property
    def semi_major_axis_m(self) -> float:
        """Mean semi-major axis [m]."""
        return EARTH_RADIUS_M + self.altitude_m

    def inclination_rad(self) -> float:
        """Return the inclination [rad], solved for where it is sun-synchronous."""
        if self.inclination_deg == SUN_SYNCHRONOUS:
            return float(sun_synchronous_inclination_rad(self.semi_major_axis_m))
        return float(np.radians(float(self.inclination_deg)))

    def satellites_per_plane(self) -> np.ndarray:
        """Return int64[n_plane]."""
        counts = np.asarray(self.n_per_plane, dtype=np.int64)
        return np.broadcast_to(counts, (self.n_plane,)) if counts.ndim == 0 else counts


def shell_problems(shell: Shell, path: str) -> list[Problem]:
    """Return what keeps a shell from being built; `path` names it in the input."""
    problems = []

    def refuse(what, key, value, **more):
        problems.append(Problem(what, f"{path}.{key}", value, **more))

    altitude_km = shell.altitude_m / 1e3
    if not shell.altitude_m >= LOWEST_ALTITUDE_M:
        refuse(f"{altitude_km:g} km is below 160 km, where no orbit holds", "altitude", altitude_km, cure="raise it")
    elif not np.isfinite(shell.altitude_m):
        refuse("is no number", "altitude", altitude_km)
    if isinstance(shell.inclination_deg, str) and shell.inclination_deg != SUN_SYNCHRONOUS:
        refuse(f"{shell.inclination_deg!r} is no inclination", "inclination", shell.inclination_deg)
    elif shell.inclination_deg == SUN_SYNCHRONOUS:
        if not problems and not np.isfinite(shell.inclination_rad()):
            refuse(f"no inclination is sun-synchronous at {altitude_km:g} km", "inclination", altitude_km)
    elif not 0 <= float(shell.inclination_deg) <= 180:
        refuse(f"{shell.inclination_deg} degrees", "inclination", shell.inclination_deg, limit="0 to 180")
    counts = np.atleast_1d(np.asarray(shell.n_per_plane))
    if shell.n_plane < 1:
        refuse(f"{shell.n_plane} planes", "planes", shell.n_plane, limit="at least 1")
    elif counts.size not in (1, shell.n_plane) or (counts < 0).any() or counts.sum() < 1:
        refuse(f"{shell.n_per_plane} satellites a plane", "satellites_per_plane", shell.n_per_plane, limit="1 or more")
    if len(shell.ltan_h) not in (0, 1, shell.n_plane):
        refuse(
            f"{len(shell.ltan_h)} local times for {shell.n_plane} planes", "ltan", shell.ltan_h, cure="give 1, or all"
        )
    if isinstance(shell.phasing, str) and shell.phasing != "alternate":
        refuse(f"{shell.phasing!r} is not known", "phasing", shell.phasing, cure="a number, or alternate")
    if shell.eccentricity is not None and not 0 <= shell.eccentricity <= ECCENTRICITY_LIMIT:
        limit = f"the near-circular theory holds from 0 to {ECCENTRICITY_LIMIT}"
        refuse(f"{shell.eccentricity}", "eccentricity", shell.eccentricity, limit=limit)
    if shell.spacing_m is not None:
        ring_m = 2 * np.pi * shell.semi_major_axis_m
        if not 0 < shell.spacing_m * counts.max(initial=1) <= ring_m:
            refuse(f"{shell.spacing_m:g} m", "spacing", shell.spacing_m, limit=f"a plane is {ring_m:g} m around")
    for key in ("raan_deg", "raan_spread_deg", "first_arg_latitude_deg", "arg_perigee_deg"):
        if not np.isfinite(getattr(shell, key)):
            refuse("is no number", key, getattr(shell, key))
    return problems


def shell_rows(shells: Sequence[Shell], epoch: datetime) -> dict[str, np.ndarray]:
    """Return the mean elements of all satellites, in the order shell, plane, slot, and their shell, plane and slot.

    Raises
    ------
    ScenarioError
        With every fault of every shell.
    """
    path = "shells[{}]" if len(shells) > 1 else "shell"
    problems = [problem for k, shell in enumerate(shells) for problem in shell_problems(shell, path.format(k))]
    if not shells:
        problems.append(Problem("there are no satellites", "shells", cure="give at least one shell"))
    if problems:
        raise ScenarioError(problems)
    planes = [_plane_columns(k, shell, epoch) for k, shell in enumerate(shells)]
    column = {key: np.concatenate([plane[key] for plane in planes]) for key in planes[0]}
    count = column.pop("count")
    start = np.cumsum(count) - count
    row = {key: np.repeat(value, count) for key, value in column.items()}
    row["slot"] = (np.arange(count.sum()) - np.repeat(start, count)).astype(np.int32)
    latitude = row.pop("first_rad") + row["slot"] * row.pop("slot_rad")
    row["mean_anomaly_rad"] = np.mod(latitude - row["arg_perigee_rad"], 2 * np.pi)
    row["raan_rad"] = np.mod(row["raan_rad"], 2 * np.pi)
    return row


def _plane_columns(k_shell: int, shell: Shell, epoch: datetime) -> dict[str, np.ndarray]:
    """Return what the satellites of each plane of a shell share; angles of the first slot and between slots."""
    count, j = shell.satellites_per_plane(), np.arange(shell.n_plane)
    a, inclination = shell.semi_major_axis_m, shell.inclination_rad()
    spread = np.radians(shell.raan_spread_deg) * j / shell.n_plane if len(shell.ltan_h) < 2 else 0.0 * j
    if shell.ltan_h:
        raan = mean_sun_rad(epoch) + np.radians(15.0) * (np.asarray(shell.ltan_h, float) - 12.0) + spread
    else:
        raan = np.radians(shell.raan_deg) + spread
    first = np.full(shell.n_plane, np.radians(shell.first_arg_latitude_deg))
    ring = 2 * np.pi / np.maximum(count, 1)
    if shell.spacing_m is not None:
        slot = np.full(shell.n_plane, shell.spacing_m / a)
        first = first - 0.5 * slot * (count - 1)
    else:
        slot = ring
    if shell.phasing == "alternate":
        first = first + 0.5 * slot * (j % 2)
    elif shell.spacing_m is None:
        first = first + 2 * np.pi * float(shell.phasing) * j / count.sum()
    if shell.eccentricity is None:
        eccentricity, perigee = float(frozen_eccentricity(a, inclination)), 0.5 * np.pi
    else:
        eccentricity, perigee = shell.eccentricity, np.radians(shell.arg_perigee_deg)
    same = np.ones(shell.n_plane)
    return {
        "count": count,
        "shell": np.full(shell.n_plane, k_shell, dtype=np.int32),
        "plane": j.astype(np.int32),
        "semi_major_axis_m": a * same,
        "inclination_rad": inclination * same,
        "eccentricity": eccentricity * same,
        "arg_perigee_rad": perigee * same,
        "raan_rad": raan,
        "first_rad": first,
        "slot_rad": slot,
    }


def sun_synchronous_warnings(shells: Sequence[Shell]) -> list[str]:
    """Return one sentence for each group of shells that is given a local time but does not keep it."""
    groups: dict[str, list[Shell]] = {}
    for shell in shells:
        if shell.ltan_h:
            groups.setdefault(shell.group or shell.name, []).append(shell)
    sentences = []
    for name, members in groups.items():
        a = np.array([shell.semi_major_axis_m for shell in members])
        inclination = np.array([shell.inclination_rad() for shell in members])
        drift = np.degrees(secular_rates(a, inclination)[2] - SUN_NODE_RATE_RAD_S) * 86400.0
        if np.abs(drift).max() <= NODE_DRIFT_LIMIT_DEG_DAY:
            continue
        needed = np.degrees(sun_synchronous_inclination_rad(a))
        height = (a - EARTH_RADIUS_M) / 1e3
        sentences.append(
            f"{name}: inclination {_span(np.degrees(inclination), 1)}° at {_span(height, 0)} km is not "
            f"sun-synchronous, which takes {needed.mean():.1f}°; its nodes leave their local time by "
            f"{_span(np.abs(drift), 2)}° a day"
        )
    return sentences


def _span(value: np.ndarray, digits: int) -> str:
    low, high = f"{value.min():.{digits}f}", f"{value.max():.{digits}f}"
    return low if low == high else f"{low}–{high}"


def share_by_largest_remainder(weight: np.ndarray, total: int) -> np.ndarray:
    """Return int64[n], whole shares of `total` in proportion to whole weights, by largest remainder.

    Equal remainders go by multiples of the golden section, which spreads them evenly over the entries; exact in
    integers, so the same everywhere.
    """
    weight = np.asarray(weight, dtype=np.int64)
    product = weight * int(total)
    share, remainder = product // weight.sum(), product % weight.sum()
    tie = np.mod(np.arange(weight.size) * GOLDEN_SHARE, 1.0)
    order = np.lexsort((tie, -remainder))
    share[order[: int(total) - int(share.sum())]] += 1
    return share


def preset_names() -> list[str]:
    """Return the names of the filed constellations."""
    folder = resources.files(__package__) / "presets"
    return sorted(file.name.removesuffix(".json") for file in folder.iterdir() if file.name.endswith(".json"))


def preset_data(name: str) -> dict:
    """Return a filed constellation as its file gives it: source, confidence, groups of shells.

    Raises
    ------
    ScenarioError
        If there is none of that name.
    """
    if name not in preset_names():
        cure = "take one of " + ", ".join(preset_names())
        raise ScenarioError(Problem(f"there is no constellation preset {name!r}", "preset", name, cure=cure))
    return json.loads((resources.files(__package__) / "presets" / f"{name}.json").read_text(encoding="utf-8"))


def preset_shells(name: str, *, satellites: int | None = None, variant: str = "as_filed") -> list[Shell]:
    """Return the shells of a filed constellation, its counts scaled to `satellites` by largest remainder over planes.

    Shells of a group are spread evenly over its altitudes and inclinations. Planes without a local time are spread
    evenly over 360 degrees with Walker phasing F = 1; each further shell is turned on by its share of the plane
    spacing, and starts a golden section of a slot further, so that shells do not stand in one another's row.

    `variant` "as_filed" keeps the inclinations filed; "sso_corrected" makes every group with local times
    sun-synchronous.
    """
    data = preset_data(name)
    if variant not in VARIANTS:
        cure = "take " + " or ".join(VARIANTS)
        raise ScenarioError(Problem(f"variant {variant!r} is not known", "variant", variant, cure=cure))
    total = data["satellites"] if satellites is None else satellites
    if int(total) != total or total < 1:
        raise ScenarioError(Problem(f"{total} satellites", "satellites", total, limit="a whole number from 1"))
    groups = data["groups"]
    plane_weight = np.concatenate([np.full(g["n_shell"] * g["n_plane"], g["n_per_plane"]) for g in groups])
    counts = iter(share_by_largest_remainder(plane_weight, int(total)).tolist())
    shells: list[Shell] = []
    for group in groups:
        (low_km, high_km), (low_deg, high_deg) = group["altitude_km"], group["inclination_deg"]
        altitude_km = np.linspace(low_km, high_km, group["n_shell"])
        inclination_deg = np.linspace(low_deg, high_deg, group["n_shell"])
        corrected = variant == "sso_corrected" and group["ltan_h"]
        for k in range(group["n_shell"]):
            n_per_plane = tuple(next(counts) for _ in range(group["n_plane"]))
            slot_deg = 360.0 / max(1, *n_per_plane)
            shells.append(
                Shell(
                    name=f"{group['name']}_shell_{k + 1:02d}",
                    group=group["name"],
                    altitude_m=float(altitude_km[k]) * 1e3,
                    inclination_deg=SUN_SYNCHRONOUS if corrected else float(inclination_deg[k]),
                    n_plane=group["n_plane"],
                    n_per_plane=n_per_plane,
                    raan_deg=360.0 / group["n_plane"] * k / group["n_shell"],
                    ltan_h=tuple(group["ltan_h"]),
                    first_arg_latitude_deg=slot_deg * (len(shells) * GOLDEN_SHARE % 1.0),
                )
            )
    return [shell for shell in shells if shell.satellites_per_plane().any()]

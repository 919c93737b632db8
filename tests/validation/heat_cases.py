"""Heat and power: how we compute the cases of area D from the laws that the march uses.

The laws know plates, not spheres, and the mean albedo and infrared of the Earth. What a case has otherwise is had from
them by sums that are exact: a sphere is the mean of plates over all directions, and heat is linear in each source.
"""

from __future__ import annotations

import math

import numpy as np
from fluid import relaxed_k
from validation.cases import Case, Figure, family, figure, figures_of, read_json

from orbital_compute.constants import (
    EARTH_ALBEDO,
    EARTH_INFRARED_W_M2,
    EARTH_RADIUS_M,
    SOLAR_CONSTANT_W_M2,
    STEFAN_BOLTZMANN_W_M2_K4,
)
from orbital_compute.model.fleet import YEAR_S, hardware_row
from orbital_compute.model.satellite_type import ArraySpec, BatterySpec, ComputeSpec, RadiatorSpec, SatelliteType
from orbital_compute.physics.array import array_output_w, two_sided_view
from orbital_compute.physics.battery import balance, stored_j
from orbital_compute.physics.thermal import emitted_j, environment_heat_w

TEN_TIMES = 10.0  # what the file allows beside the excellent tolerance
NO_LOAD = ComputeSpec(device="none", count=1, peak_flop_s=1.0, device_power_w=1.0)


def inputs(case: Case, group: str) -> dict:
    """Return the inputs of a case from the file that its README names."""
    rows = read_json(case.folder, "thermal", "inputs.json")[group]
    return next(row for row in rows if row["id"] == case.inputs["id"])


def hardware(*, array=None, battery=None, radiator=None, age_s=0.0, step_s=1.0):
    """Return the march's constants of a satellite of these parts."""
    plain = ArraySpec(area_m2=1.0, efficiency=1.0, temperature_coefficient_per_k=0.0)
    return hardware_row(
        SatelliteType(
            name="case",
            mass_kg=1.0,
            bus_power_w=0.0,
            array=array or plain,
            battery=battery or BatterySpec(capacity_j=1.0),
            radiator=radiator or RadiatorSpec(area_m2=1.0),
            compute=NO_LOAD,
            age_s=age_s,
        ),
        step_s,
    )


def settled_k(heat_w: float, emission_w_k4: float) -> float:
    """Return the temperature at which the march's step of temperature stands still."""
    temperature_k = 300.0
    for _ in range(200):
        time_constant = 1.0 / (4.0 * emission_w_k4 * temperature_k**3)
        temperature_k = relaxed_k(temperature_k, heat_w, emission_w_k4, 10.0 * time_constant)
    return temperature_k


def sphere_view(inverse_height: float) -> float:
    """Return the view factor of the Earth from a sphere: plates of every direction, averaged by Gauss."""
    point, weight = np.polynomial.legendre.leggauss(400)
    views = [two_sided_view(cosine, inverse_height) for cosine in (0.5 * (point + 1)).tolist()]
    return float(0.5 * (views * weight).sum() / 2)


@family("environment and step of the radiator", r"D\.D\d+_sphere_.*")
def sphere(case: Case) -> list[Figure]:
    """A sphere of one square metre of surface, below the Sun and in the Earth's shadow."""
    about = inputs(case, "spheres")
    view = sphere_view(EARTH_RADIUS_M / (EARTH_RADIUS_M + about["h_km"] * 1e3))
    infrared_m2, solar_m2 = about["eps"] * about["ir"] / EARTH_INFRARED_W_M2, about["alpha"]
    albedo_flux = about["S"] * about["albedo"] / EARTH_ALBEDO
    direct_w = environment_heat_w(0.0, solar_m2, about["S"], 1.0, 0.25, 0.0, 0.0)  # a quarter of the surface faces it
    reflected_w = environment_heat_w(0.0, solar_m2, albedo_flux, 0.0, 0.0, 1.0, view)
    infrared_w = environment_heat_w(infrared_m2, 0.0, 0.0, 0.0, 0.0, 0.0, view)
    emission = about["eps"] * STEFAN_BOLTZMANN_W_M2_K4
    ours = settled_k(direct_w + reflected_w + infrared_w, emission), settled_k(infrared_w, emission)
    return figures_of(ours, case.reference, ("in the Sun", "in the shadow"), 0.05, 0.05 * TEN_TIMES, "K")


@family("environment and step of the radiator", r"D\.D\d+_(plate|solar_panel)_.*")
def plate(case: Case) -> list[Figure]:
    """A plate that faces the Sun, without the Earth."""
    about = inputs(case, "plates")
    heat_w = environment_heat_w(0.0, about["alpha"], about["S"], 1.0, 1.0, 0.0, 0.0)
    panel = RadiatorSpec(area_m2=about["sides"] / 2, emissivity=about["eps"], fin_efficiency=1.0)
    ours = settled_k(heat_w, hardware(radiator=panel).emission_w_k4)
    return [figure("temperature", ours, case.reference, 0.02, 0.02 * TEN_TIMES, "K")]


@family("view factors of plates", r"D\.D\d+_vf_.*")
def view_factors(case: Case) -> list[Figure]:
    """View factors. The law adds both faces up; their difference is cos/H², which parts them."""
    inverse = EARTH_RADIUS_M / (EARTH_RADIUS_M + inputs(case, "view_factors")["h_km"] * 1e3)
    level = math.sqrt(0.5)
    ours = {
        "nadir": two_sided_view(1.0, inverse),
        "edge": two_sided_view(0.0, inverse) / 2,
        "sphere": sphere_view(inverse),
        "tilt45_numeric": (two_sided_view(level, inverse) + level * inverse**2) / 2,
    }
    ours |= {"nadir_numeric": ours["nadir"], "edge_numeric": ours["edge"]}
    wanted = case.reference
    return figures_of([ours[name] for name in wanted], wanted.values(), wanted, 1e-4, 1e-4 * TEN_TIMES, "-")


@family("radiator", r"D\.D\d+_rad_.*")
def radiator(case: Case) -> list[Figure]:
    """The net heat of a square metre of radiator over a step at even temperature."""
    about = inputs(case, "radiators")
    panel = RadiatorSpec(area_m2=about["sides"] / 2, emissivity=about["eps"], fin_efficiency=1.0)
    emission = hardware(radiator=panel).emission_w_k4
    taken_w = emitted_j(about["T_sink"], about["T_sink"], 0.0, emission, 1.0, 0.0) if about["T_sink"] else 0.0
    ours = [emitted_j(float(t), float(t), 0.0, emission, 1.0, 0.0) - taken_w for t in about["T"]]
    names = [f"at {t:g} K" for t in about["T"]]
    return figures_of(ours, case.reference, names, 0.1, 0.1 * TEN_TIMES, "W/m2")


@family("step of the radiator, its link to a source split about it", r"D\.D\d+_two_node_.*")
def two_nodes(case: Case) -> list[Figure]:
    """A source that warms a radiator through a link, at each switch between light and dark; steps of 1 s.

    The march has the radiator's node alone, chips stand above it by a resistance. Here the source and the link are the
    case's, and the exchange over half a step on either side of ours is exact.
    """
    about, step_s = inputs(case, "two_node"), 1.0
    (source_k, panel_k), (c1, c2), link = about["T0"], about["C"], about["G"]
    panel = RadiatorSpec(area_m2=about["A"] / 2, emissivity=about["eps"], fin_efficiency=1.0)
    emission = hardware(radiator=panel).emission_w_k4
    space_w = emission * about["T_sink"] ** 4
    series = 1 / c1 + 1 / c2
    moved_j_k = -math.expm1(-0.5 * link * step_s * series) / series  # over half a step, a kelvin between them

    def exchanged(one_k, other_k):
        moved_j = moved_j_k * (one_k - other_k)
        return one_k - moved_j / c1, other_k + moved_j / c2

    found, k = [], 0
    for switch in case.reference["switches"]:
        while (k + 0.5) * step_s < switch["t_s"]:
            lit = (k + 0.5) * step_s % about["period"] < about["period"] - about["eclipse"]
            made_w = about["Qgpu"] * (1.0 if lit else about["eclipse_load"])
            taken_w = about["Qenv_sun"] if lit else about["Qenv_ecl"]
            source_k, panel_k = exchanged(source_k, panel_k)
            source_k += made_w * step_s / c1
            panel_k = relaxed_k(panel_k, taken_w + space_w, emission, step_s / c2)
            source_k, panel_k = exchanged(source_k, panel_k)
            k += 1
        at = f"at {switch['t_s']:g} s"
        found += figures_of(
            (source_k, panel_k), (switch["T_source_K"], switch["T_radiator_K"]),
            (f"source {at}", f"radiator {at}"), 0.01, 0.01 * TEN_TIMES, "K",
        )  # fmt: skip
    return found


@family("step of the radiator", r"D\.D\d+_cooldown")
def cooling_time(case: Case) -> list[Figure]:
    """The time in which a body cools, in steps of 10 s."""
    about, step_s = inputs(case, "cooldown"), 10.0
    panel = RadiatorSpec(area_m2=about["A"] / 2, emissivity=about["eps"], fin_efficiency=1.0)
    emission, time_s, now = hardware(radiator=panel).emission_w_k4, 0.0, about["T0"]
    while now > about["T1"]:
        before, now = now, relaxed_k(now, 0.0, emission, step_s / about["C"])
        time_s += step_s
    time_s -= step_s * (about["T1"] - now) / (before - now)
    return [figure("time", time_s, case.reference, 1e-4, 1e-4 * TEN_TIMES, "s", share=True)]


def load_that_closes_w(lit_w: float, sunlit: float, battery) -> float:
    """Return the even load over a revolution that leaves the battery as full as it was."""
    low, high = 0.0, lit_w
    for _ in range(100):
        middle = 0.5 * (low + high)
        flow = balance(lit_w, sunlit, middle, math.inf)
        kept_j = stored_j(
            0.0, flow.charge_w, flow.drawn_w, battery.charge_efficiency, battery.inverse_discharge_efficiency, 1.0
        )
        low, high = (middle, high) if kept_j > 0 else (low, middle)
    return 0.5 * (low + high)


@family("power balance of a revolution", r"D\.max_load_550")
def largest_load(case: Case) -> list[Figure]:
    """The largest even load; the array's path of 0.85 is before the bus, the battery takes the rest of 0.65."""
    period_s, dark_s, by_battery, direct = 5739.0, 2140.0, 0.65, 0.85  # in the quantity's text
    battery = hardware(battery=BatterySpec(1.0, charge_efficiency=by_battery / direct, discharge_efficiency=1.0))
    load_w = load_that_closes_w(150e3 * direct, 1 - dark_s / period_s, battery)
    return [figure("load", load_w, case.reference["P"], 1e-4, 1e-2, "W", share=True)]


@family("power balance of a revolution, array", r"D\.D\d+_smad_.*")
def sizing(case: Case) -> list[Figure]:
    """The array and battery of SMAD's example: powers by our array, sizes by the balance of a revolution."""
    about, wanted = inputs(case, "battery"), case.reference
    flux = SOLAR_CONSTANT_W_M2
    cells = ArraySpec(
        area_m2=1.0, efficiency=about["Po"] / flux, temperature_coefficient_per_k=0.0, packing=about["Id"],
        tracker_efficiency=1.0, conditioning_efficiency=1.0, harness_efficiency=1.0,
        degradation_per_year=about["deg"],
    )  # fmt: skip
    beam = flux * math.cos(math.radians(about["theta"]))
    begin, end = (
        array_output_w(beam, hardware(array=cells, age_s=years * YEAR_S).watt_per_beam, 0.0, 298.0)
        for years in (0.0, about["years"])
    )
    battery = hardware(battery=BatterySpec(1.0, charge_efficiency=about["Xe"] / about["Xd"], discharge_efficiency=1.0))
    sunlit = 1 - about["eclipse"] / about["period"]
    per_watt = load_that_closes_w(about["Xd"], sunlit, battery)  # load that a watt of array carries
    array_w = about["Pe"] / per_watt
    store = hardware(battery=BatterySpec(1.0, discharge_efficiency=about["n_eff"]))
    dark = balance(0.0, 0.0, about["Pe"], 0.0)
    drawn_wh = -stored_j(0.0, 0.0, dark.drawn_w, 1.0, store.inverse_discharge_efficiency, about["eclipse"] / 60)
    ours = {
        "P_array_W": array_w,
        "battery_capacity_Wh_each": drawn_wh / about["DOD"] / about["N"],
        "P_BOL_W_m2": begin,
        "Ld": end / begin,
        "P_EOL_W_m2": end,
        "area_m2": array_w / end,
    }
    return figures_of([ours[name] for name in wanted], wanted.values(), wanted, 1e-3, 1e-2, "W, Wh, m2", share=True)

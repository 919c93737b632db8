"""What holds whatever the numbers are: ledgers close, rows are no matter, the sky favours no side."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_fleet import BASE, THEORY, Run, constellation, design, fleet_of, random_elements, sun_at, window_times
from twin_sky import Elements

from orbital_compute.constants import (
    ASTRONOMICAL_UNIT_M,
    EARTH_INFRARED_W_M2,
    EARTH_RADIUS_M,
    STEFAN_BOLTZMANN_W_M2_K4,
)
from orbital_compute.kernels.ledger import AUDIT_FIELDS, audit_rows
from orbital_compute.kernels.march import STATE_FIELDS, prepare_window
from orbital_compute.model.satellite_type import ARRAY_POINTING, RADIATOR_POINTING
from orbital_compute.physics.sun import sun_table

CLOSES = 1e-9  # of what flowed, as every run's audit asks
TENTH_MM = 1e-4
TURN = 2 * np.pi
KWH = 3.6e6
OUTPUTS = (
    "sunlit",
    "array_w",
    "load_w",
    "compute_w",
    "drawn_w",
    "curtailed_w",
    "sink_w",
    "battery_j",
    "fluid_k",
    "cell_k",
)


class Sky(Run):
    """A run under a Sun of one's choice: `unit` float64[3] at one astronomical unit, or the usual Sun turned."""

    def __init__(self, fleet, *, unit=None, turn_rad=0.0, **options):
        super().__init__(fleet, **options)
        self.unit_sun, self.turn_rad = unit, turn_rad

    def prepare(self, w, first=0, last=None, given=THEORY):
        times, inside = window_times(w, self.n_step, self.step_s)
        unit, distance_m = sun_at(times)
        if self.unit_sun is not None:
            unit, distance_m = np.tile(self.unit_sun, (times.size, 1)), np.full(times.size, ASTRONOMICAL_UNIT_M)
        c, s = np.cos(self.turn_rad), np.sin(self.turn_rad)
        unit = np.stack([c * unit[:, 0] - s * unit[:, 1], s * unit[:, 0] + c * unit[:, 1], unit[:, 2]], axis=1)
        self.suns = sun_table(times, inside, unit, distance_m)
        last = self.used_tiles if last is None else last
        prepare_window(self.fleet.arrays, self.suns, given, first, last, self.offer, self.unit, self.offered)


def audited(run):
    """Return the worst of each audit of the last window by name; all are within bounds at or below their limits."""
    worst, row = np.full(len(AUDIT_FIELDS), -np.inf), np.zeros(len(AUDIT_FIELDS), dtype=np.int64)
    audit_rows(run.fleet.arrays, run.page, 0, run.fleet.n_satellite, worst, row)
    return dict(zip(AUDIT_FIELDS, worst, strict=True))


def between(low, high):
    return st.floats(low, high, allow_nan=False)


# any design that a scenario may ask for, from next to nothing to far too much of each part
DESIGNS = st.builds(
    lambda array, battery, radiator, compute, bus_w, age_s: design(
        array=array, battery=battery, radiator=radiator, compute=compute, bus_power_w=bus_w, age_s=age_s
    ),
    array=st.fixed_dictionaries(
        dict(
            area_m2=between(1e-3, 5e3), efficiency=between(0.01, 0.6), temperature_coefficient_per_k=between(0.0, 0.01),
            packing=between(0.1, 1.0), tracker_efficiency=between(0.5, 1.0), conditioning_efficiency=between(0.5, 1.0),
            degradation_per_year=between(0.0, 0.3), absorptivity=between(0.0, 1.0), emissivity=between(0.1, 1.0),
            heat_capacity_j_m2_k=between(1e3, 1e5), pointing=st.sampled_from(ARRAY_POINTING),
        )
    ),
    battery=st.integers(1, 99).flatmap(
        lambda percent: st.fixed_dictionaries(
            dict(
                capacity_j=between(0.1 * KWH, 3e3 * KWH), depth_limit=st.just(percent / 100),
                depth_design=between(0.01, percent / 100), charge_rate_per_s=between(1e-5, 1e-2),
                discharge_rate_per_s=between(1e-5, 1e-2), charge_efficiency=between(0.5, 1.0),
                discharge_efficiency=between(0.5, 1.0), taper=between(0.01, 1.0),
                initial_state_of_charge=between(1 - percent / 100, 1.0),
            )
        )
    ),
    radiator=st.fixed_dictionaries(
        dict(
            area_m2=between(0.1, 2e3), emissivity=between(0.1, 1.0), solar_absorptivity=between(0.0, 1.0),
            fin_efficiency=between(0.3, 1.0), blocked_fraction=between(0.0, 0.9), sun_leak=between(0.0, 0.5),
            pointing=st.sampled_from(RADIATOR_POINTING), heat_capacity_j_k=between(1e4, 1e7),
            pump_fraction=between(0.0, 0.3), initial_temperature_k=between(250.0, 350.0),
        )
    ),
    compute=st.fixed_dictionaries(
        dict(
            count=st.integers(1, 300), device_power_w=between(50.0, 2e3), server_overhead=between(1.0, 2.0),
            idle_fraction=between(0.0, 0.9), exponent=between(1.05, 6.0), chip_resistance_k_w=between(1e-4, 0.2),
            chip_limit_k=between(320.0, 400.0),
        )
    ),
    bus_w=between(0.0, 50e3),
    age_s=between(0.0, 3e8),
)  # fmt: skip


@given(kind=DESIGNS, seed=st.integers(0, 999), step_s=st.sampled_from([10.0, 60.0, 300.0]), share=between(0.0, 1.0))
@settings(max_examples=150)
def test_ledgers_close_for_any_design(kind, seed, step_s, share):
    """Bus, battery, losses and heat of eight satellites through three windows; nothing passes a bound."""
    run = Sky(fleet_of(random_elements(8, seed), types=(kind,), step_s=step_s), step_s=step_s)
    for w in range(3):
        run.prepare(w)
        run.march(share)
        worst = audited(run)
        assert worst["energy"] < CLOSES
        assert worst["heat"] <= 1.0
        assert worst["temperature_margin_k"] <= 0.0
        assert worst["charge_margin"] <= 0.0
        for name, values in run.series().items():
            assert np.isfinite(values).all(), name
        sunlit = run.series()["sunlit"]
        assert ((sunlit >= 0.0) & (sunlit <= 1.0)).all()


def results(elements, kind, types, **sky):
    """Return the state of all satellites after four windows, float64[n, n_quantity], and their steps."""
    run = Sky(fleet_of(elements, kind, types), **sky)
    series = run.windows(4, 0.8)
    return np.stack([run.fleet.state_of(name) for name in STATE_FIELDS], axis=1), series


OTHER = design("other", array=dict(pointing="one_axis"), radiator=dict(pointing="zenith"), compute=dict(exponent=3.0))


@given(order=st.permutations(range(40)))
@settings(max_examples=15)
def test_shuffling_satellites_shuffles_results(order):
    """To the bit: 40 satellites of two types, over two tiles."""
    elements, kind = random_elements(40, seed=5), np.arange(40) % 2
    straight, _ = results(elements, kind, (BASE, OTHER))
    shuffled, _ = results([elements[k] for k in order], kind[list(order)], (BASE, OTHER))
    assert np.array_equal(shuffled, straight[list(order)])


@given(turn=between(-7.0, 7.0), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_turning_orbits_and_sun_about_the_pole_changes_nothing(turn, seed):
    """The Earth is round about its pole: only rounding may tell a turned sky from the one before."""
    elements, kind = random_elements(16, seed), np.arange(16) % 2
    turned = [one._replace(node=one.node + turn) for one in elements]
    here, straight = results(elements, kind, (BASE, OTHER))
    there, seen = results(turned, kind, (BASE, OTHER), turn_rad=turn)
    scale = np.maximum(np.abs(here).max(axis=0), 1.0)
    assert (np.abs(there - here) <= 1e-8 * scale).all()
    for name in OUTPUTS:
        assert np.abs(seen[name] - straight[name]).max() <= 1e-8 * max(np.abs(straight[name]).max(), 1.0), name


# limits


def test_without_an_array_batteries_fall_to_their_floor_and_stay_there():
    run = Sky(fleet_of(random_elements(8), types=(design(array=dict(area_m2=1e-6)),)))
    series = run.windows(80)  # 6 hours and 40 minutes; 80 kWh of 200 may be used, 6 kW of bus take them in 13 hours
    assert series["array_w"].max() < 1e-3
    assert series["charge_w"].max() < 1e-3
    worst = audited(run)
    assert worst["energy"] < CLOSES
    assert worst["charge_margin"] <= 0.0
    floor_j = (1 - BASE.battery.depth_limit) * BASE.battery.capacity_j
    low = Sky(fleet_of(random_elements(8), types=(
        design(array=dict(area_m2=1e-6), battery=dict(initial_state_of_charge=0.601)),)))  # fmt: skip
    after = low.windows(4)
    assert after["battery_j"][-1] == pytest.approx(floor_j, rel=1e-9)
    assert after["load_w"][-1].max() < 1e-3
    assert after["compute_w"][-1].max() == 0.0


def test_an_endless_radiator_takes_the_temperature_of_its_surroundings():
    """Heat of the load vanishes in it, and heat never binds: T⁴ is what Sun and Earth give over what it emits."""
    kind = design(radiator=dict(area_m2=1e9, fin_efficiency=1.0, solar_absorptivity=0.0, sun_leak=0.0))
    run = Sky(fleet_of(random_elements(8), types=(kind,)))
    series = run.windows(6)
    assert series["hot"].max() == 0.0
    settled = (series["sink_w"] / (2 * 0.9 * 1e9 * STEFAN_BOLTZMANN_W_M2_K4)) ** 0.25
    assert np.abs(series["fluid_k"] - settled)[10:].max() < 0.1
    assert (series["sink_w"] < 0.9 * 1e9 * EARTH_INFRARED_W_M2).all()
    assert audited(run)["energy"] < CLOSES


def path_m(elements, n_step=60):
    """Return positions over a revolution and more, float64[n, n_step, 3]."""
    fleet = constellation([elements], [0], ["base"])
    times = np.datetime64("2026-03-20T12:00", "ns") + (np.arange(n_step) * 110).astype("timedelta64[s]")
    return fleet.positions(times)[0]


@pytest.mark.parametrize("inclination_deg", [0.0, 1e-7, 53.0, 90.0, 97.6, 180.0])
@pytest.mark.parametrize("eccentricity", [0.0, 1e-12])
def test_circles_and_poles_are_no_special_places(inclination_deg, eccentricity):
    """Elements a hair away from a limit give places a hair away, and a march that closes."""
    own = Elements(6928137.0, eccentricity, np.radians(inclination_deg), 1.0, 0.5, 2.0)
    near = own._replace(e=eccentricity + 1e-12, i=own.i + 1e-12)
    assert np.abs(path_m(near) - path_m(own)).max() < TENTH_MM
    if eccentricity == 0.0:  # where a circle's perigee lies is no matter
        turned = own._replace(perigee=own.perigee + 1.0, anomaly=own.anomaly - 1.0)
        assert np.abs(path_m(turned) - path_m(own)).max() < TENTH_MM
    run = Sky(fleet_of([own, near]))
    series = run.windows(6)
    assert audited(run)["energy"] < CLOSES
    for name in OUTPUTS:
        assert np.isfinite(series[name]).all()
        assert np.abs(series[name][:, 0] - series[name][:, 1]).max() <= 1e-6 * max(np.abs(series[name]).max(), 1.0)


@pytest.mark.parametrize("inclination_deg", [0.0, 180.0])
def test_a_node_on_the_equator_is_no_matter(inclination_deg):
    """At 0° only the sum of node and latitude counts, at 180° their difference."""
    own = Elements(6928137.0, 0.0, np.radians(inclination_deg), 1.0, 0.0, 2.0)
    sign = 1.0 if inclination_deg == 0.0 else -1.0
    other = own._replace(node=1.7, anomaly=2.0 - sign * 0.7)
    assert np.abs(path_m(other) - path_m(own)).max() < TENTH_MM


def dark_share(beta_deg, own):
    """Return the mean share of the dark over a revolution with the Sun at an angle from the plane of an orbit."""
    i, beta = own.i, np.radians(beta_deg)
    to_node = np.array([np.cos(own.node), np.sin(own.node), 0.0])
    normal = np.array([np.sin(own.node) * np.sin(i), -np.cos(own.node) * np.sin(i), np.cos(i)])
    run = Sky(fleet_of([own], step_s=20.0), unit=np.cos(beta) * to_node + np.sin(beta) * normal, step_s=20.0)
    series = run.windows(58)  # 5,800 s: one revolution
    assert audited(run)["energy"] < CLOSES
    assert np.isfinite(series["sunlit"]).all()
    return 1.0 - series["sunlit"].mean()


def test_shadow_ends_without_a_jump_at_the_critical_angle():
    """A polar orbit in the plane of the Sun's meridian: its eclipses shorten as a root towards the critical angle.

    The critical angle of a sphere is asin(R/a), 67.0° at 550 km; polar radius and half a degree of Sun blur it by 0.6°.
    """
    own = Elements(EARTH_RADIUS_M + 550e3, 0.0, np.pi / 2, 0.3, 0.0, 0.0)
    critical_deg = float(np.degrees(np.arcsin(EARTH_RADIUS_M / own.a)))
    beta_deg = critical_deg + np.array([-5.0, -2.0, -1.0, -0.5, -0.3, -0.1, -1e-6, 0.0, 1e-6, 0.1, 0.3, 1.0, 2.0])
    dark = np.array([dark_share(one, own) for one in beta_deg])
    assert (np.diff(dark) <= 1e-12).all()
    assert abs(dark[6] - dark[8]) < 1e-6
    assert dark[-1] == dark[-2] == 0.0
    cylinder = np.arccos(np.sqrt(1 - (EARTH_RADIUS_M / own.a) ** 2) / np.cos(np.radians(beta_deg[0]))) / np.pi
    assert dark[0] == pytest.approx(cylinder, rel=0.05)  # over the poles the Earth is 21 km less

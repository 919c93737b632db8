"""The fleet in thin air: areas by attitude, what heights cost, and failed satellites on their way down."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from small_fleet import BASE, constellation, design, random_elements

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M, STANDARD_GRAVITY_M_S2
from orbital_compute.model.air import ACTIVITY, FleetAir, failed_area_m2, ram_area_m2
from orbital_compute.model.air_spec import YEAR_S, AirSpec, DragSpec
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.shells import Shell
from orbital_compute.model.solar_activity import solar_activity
from orbital_compute.physics.atmosphere import density_kg_m3

START = datetime(2026, 11, 22, tzinfo=UTC)
DAY_S = 86400.0
AI1 = design("ai1", array={"area_m2": 600.0}, radiator={"area_m2": 110.0})
BODY_ARRAY = design("body", array={"area_m2": 600.0, "pointing": "orbit_normal"}, radiator={"pointing": "orbit_normal"})


def shell(name, altitude_km, inclination="sun_synchronous", n_plane=2, n=5, **more):
    return Shell(
        name=name, altitude_m=altitude_km * 1e3, inclination_deg=inclination, n_plane=n_plane, n_per_plane=n, **more
    )


def air_of(*shells, designs=None, **spec):
    spec = {"activity": solar_activity("mean"), **spec}
    return FleetAir(AirSpec(**spec), Constellation.shells(shells, epoch=START), designs or {"ai1": AI1})


def counts(air, each):
    return np.full(air.n_shell, each, dtype=np.int64)


def test_edge_on_all_the_time_is_the_default_of_the_model_reference():
    # MODEL §1.3: 0.05 A_array + A_bus, the radiator's edge counted too
    area = ram_area_m2(BODY_ARRAY, DragSpec(), np.radians([90.0, 30.0]))
    assert area == pytest.approx(0.05 * 600.0 + 10.0 + 0.05 * BODY_ARRAY.radiator.area_m2)


def test_area_follows_the_attitude():
    overhead, level = ram_area_m2(AI1, DragSpec(), np.radians([90.0, 0.0]))
    assert overhead == pytest.approx(10.0 + 0.05 * 600.0 + 110.0)  # array edge-on, radiator broadside
    assert level == pytest.approx(10.0 + 2 / math.pi * 600.0 + 0.05 * 110.0)  # the other way round
    one_axis = design(array={"area_m2": 600.0, "pointing": "one_axis"}, radiator={"pointing": "zenith", "area_m2": 1.0})
    assert ram_area_m2(one_axis, DragSpec(), np.radians([10.0, 80.0])) == pytest.approx(10.05 + 2 / math.pi * 600.0)
    assert ram_area_m2(AI1, DragSpec(ram_area_m2=77.0), np.zeros(3)).tolist() == [77.0] * 3


def test_failed_satellite_shows_a_quarter_of_its_surface():
    # the letter of 29 May 2026 has 0.1333 m²/kg, 400 m² of 3,000 kg: half of its 800 m² of panels
    area = failed_area_m2(AI1, DragSpec())
    assert area == pytest.approx(0.25 * (6 * 10.0 + 2 * 600.0 + 2 * 110.0))
    assert area == pytest.approx(400.0, rel=0.08)
    assert failed_area_m2(AI1, DragSpec(tumbling_area_m2=123.0)) == 123.0


def test_dawn_dusk_plane_meets_less_air_than_one_through_noon():
    air = air_of(shell("dawn", 600, n_plane=1, ltan_h=(6.0,)), shell("noon", 600, n_plane=1, ltan_h=(12.0,)))
    dawn, noon = air.ram_m2(0.0)
    assert dawn < 0.75 * noon  # in November the Sun stands 60 degrees above the plane at dawn
    assert noon == pytest.approx(10.0 + 2 / math.pi * 600.0, rel=0.1)


def test_a_day_by_hand():
    air = air_of(shell("one", 500, 90.0), drag={"ai1": DragSpec(ram_area_m2=120.0)})
    day = air.new_day(0.0, DAY_S, counts(air, 10), counts(air, 0))
    # over the poles the ground falls away by up to 21 km: 15 % less density than at 500 km, with no help of the air
    assert 0.84 < day.density_kg_m3[0] / density_kg_m3(500e3) < 0.86
    speed = 0.5 * day.density_kg_m3[0] * EARTH_MU_M3_S2 / (EARTH_RADIUS_M + 500e3) * 2.2 * 120.0 / 3000.0 * DAY_S
    assert day.delta_v_m_s[0] == pytest.approx(speed, rel=1e-9)
    each = 3000.0 * -math.expm1(-speed / (2500.0 * STANDARD_GRAVITY_M_S2))
    assert day.propellant_kg[0] == pytest.approx(10 * each, rel=1e-9)
    assert day.failed_in_orbit[0] == day.reentered[0] == 0


def test_none_alive_spends_nothing_and_a_tank_runs_down():
    air = air_of(shell("one", 350), drag={"ai1": DragSpec(propellant_kg=10.0)})
    first = air.new_day(0.0, DAY_S, counts(air, 0), counts(air, 0))
    assert first.propellant_kg[0] == 0.0
    second = air.new_day(DAY_S, DAY_S, counts(air, 3), counts(air, 0))
    spent_each = 10.0 - first.propellant_left_kg[0]
    assert second.propellant_left_kg[0] == pytest.approx(10.0 - 2 * spent_each, rel=1e-3)
    assert air.new_day(2 * DAY_S, 400 * DAY_S, counts(air, 3), counts(air, 0)).propellant_left_kg[0] == 0.0


def test_cohorts_come_down_in_the_order_of_their_failure_and_none_is_lost():
    air = air_of(shell("low", 300), shell("high", 700))
    failed, down, up = np.zeros(2, int), np.zeros(2, int), []
    for k in range(30):
        lost = np.array([k % 3, 1])
        day = air.new_day(k * DAY_S, DAY_S, counts(air, 10), lost)
        failed, down = failed + lost, down + day.reentered
        assert (day.failed_in_orbit + down == failed).all()
        heights = air.cohort_altitude_m[air.shell[air.cohort_ring] == 1]
        assert (np.diff(heights) > 0).all()
        up.append(day.failed_in_orbit)
    assert down[0] > 10  # 300 km lasts a few days
    assert down[1] == 0
    assert up[-1][1] == 30


def test_satellite_lasts_as_long_as_the_outlook_says():
    air = air_of(shell("one", 420), activity=solar_activity("outlook"))
    said_s = air.outlook().lifetime_s[0, ACTIVITY.index("run")]
    k, day = 0, air.new_day(0.0, DAY_S, counts(air, 9), counts(air, 1))
    while not day.reentered[0]:
        k += 1
        day = air.new_day(k * DAY_S, DAY_S, counts(air, 9), counts(air, 0))
    assert said_s == pytest.approx((k + 0.5) * DAY_S, abs=0.6 * DAY_S)


def test_fifteen_days_at_once_are_near_fifteen_days_one_by_one():
    spec = {"activity": solar_activity("outlook")}
    one, all_at_once = air_of(shell("a", 450, 53.0), **spec), air_of(shell("a", 450, 53.0), **spec)
    parts = [one.new_day(k * DAY_S, DAY_S, counts(one, 10), counts(one, int(k == 0))) for k in range(15)]
    whole = all_at_once.new_day(0.0, 15 * DAY_S, counts(one, 10), counts(one, 1))
    assert one.cohort_altitude_m == pytest.approx(all_at_once.cohort_altitude_m, abs=20.0)
    assert whole.delta_v_m_s[0] == pytest.approx(sum(part.delta_v_m_s[0] for part in parts), rel=2e-3)
    assert whole.propellant_kg[0] == pytest.approx(sum(part.propellant_kg[0] for part in parts), rel=2e-3)


def test_another_shell_changes_nothing_for_the_first():
    alone, both = air_of(shell("a", 400)), air_of(shell("a", 400), shell("b", 900, 30.0))
    for k in range(5):
        first = alone.new_day(k * DAY_S, DAY_S, counts(alone, 10), counts(alone, 2))
        second = both.new_day(k * DAY_S, DAY_S, counts(both, 10), counts(both, 2))
        assert [part[0] for part in first] == pytest.approx([part[0] for part in second], rel=1e-15, nan_ok=True)


def test_failures_of_scattered_satellites_fall_from_where_these_fly():
    n = 400
    scattered = constellation(random_elements(n), np.zeros(n, int), ["base"])
    air = FleetAir(AirSpec(activity=solar_activity("mean")), scattered, {"base": BASE})
    assert air.count.sum() == n
    assert air.count.size > 300  # few share a height and an inclination
    for k in range(100):
        air.new_day(k * 1.0, 1.0, np.array([n]), np.array([4]))  # seconds: nothing falls
    heights = np.repeat(air.cohort_altitude_m, air.cohort_count)
    assert heights.size + (100 * 4 - heights.size) == 400
    assert heights.mean() == pytest.approx(air.altitude_m @ air.share, rel=0.01)
    assert np.quantile(heights, 0.1) == pytest.approx(np.quantile(np.repeat(air.altitude_m, air.count), 0.1), rel=0.05)


def test_outlook_of_the_year_and_the_rule():
    air = air_of(shell("low", 450), shell("high", 800, 30.0), activity=solar_activity("outlook"))
    outlook = air.outlook()
    quiet, mean, _, run = range(4)
    assert (np.diff(outlook.delta_v_m_s[:, :3], axis=1) > 0).all()
    assert (np.diff(outlook.lifetime_s[:, :3], axis=1) < 0).all()
    assert (outlook.delta_v_m_s[:, quiet] < outlook.delta_v_m_s[:, run]).all()  # 2026 to 2027 is no quiet year
    assert (outlook.delta_v_m_s[:, run] < outlook.delta_v_m_s[:, mean]).all()
    assert outlook.over_rule.tolist() == [[False] * 4, [True, True, False, True]]
    each = 3000.0 * -np.expm1(-outlook.delta_v_m_s / (2500.0 * STANDARD_GRAVITY_M_S2))
    assert outlook.propellant_kg == pytest.approx(each, rel=1e-9)
    assert ((outlook.lifetime_s > 5 * YEAR_S) == outlook.over_rule).all()


def test_state_brings_it_back():
    air, twin = air_of(shell("a", 380), shell("b", 500)), air_of(shell("a", 380), shell("b", 500))
    for k in range(4):
        air.new_day(k * DAY_S, DAY_S, counts(air, 10), counts(air, k))
    twin.restore(air.state())
    for left, right in zip(
        air.new_day(4 * DAY_S, DAY_S, counts(air, 9), counts(air, 1)),
        twin.new_day(4 * DAY_S, DAY_S, counts(air, 9), counts(air, 1)),
        strict=True,
    ):
        assert np.array_equal(left, right, equal_nan=True)


def test_shell_without_satellites_has_no_values():
    made = Constellation.shells([shell("a", 500), shell("b", 600)], epoch=START)
    only = constellation(random_elements(3), np.array([1, 1, 1]), ["ai1", "ai1"])
    air = FleetAir(AirSpec(), only, {"ai1": AI1})
    day = air.new_day(0.0, DAY_S, np.array([0, 3]), np.zeros(2, int))
    assert np.isnan(day.density_kg_m3[0])
    assert np.isfinite(day.density_kg_m3[1])
    assert made.n_satellite == 20

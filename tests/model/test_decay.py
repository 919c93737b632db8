"""Coming down: exponential air in closed form, other integrators, and lifetimes beside published ones."""

import math
from datetime import UTC, date, datetime

import numpy as np
import pytest

from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from orbital_compute.model.air_density import GRID_M, TableDensity, mean_density
from orbital_compute.model.decay import Fall
from orbital_compute.model.propagation import Forces, propagate_states
from orbital_compute.model.solar_activity import DAY_S, SolarActivity, days_of, solar_activity
from orbital_compute.physics.atmosphere import density_kg_m3
from orbital_compute.physics.drag import (
    drag_deceleration_m_s2,
    exponential_lifetime_s,
    turning_air_factor,
)

YEAR_S = 31557600.0
MEAN = solar_activity("mean")


class ExponentialAir:
    """One scale height everywhere, whatever the Sun does."""

    def __init__(self, scale_m, n_class=1):
        self.scale_m, self.n_class = scale_m, n_class

    def at(self, flux_sfu):
        return np.tile(5e-13 * np.exp(-(GRID_M - 500e3) / self.scale_m), (self.n_class, 1))


def fall(inclination_deg=0.0, density="table", end_m=120e3):
    inclination = np.radians([inclination_deg])
    return Fall(mean_density(density, inclination, 13.0), inclination, end_m)


def lifetime(found, altitude_m, drag_m2_kg, activity=MEAN, day=0.0):
    return found.lifetime_s(np.atleast_1d(altitude_m), np.zeros(1, int), np.atleast_1d(drag_m2_kg), activity, day)[0]


@pytest.mark.parametrize("scale_m", [20e3, 45e3])
def test_exponential_air_gives_the_closed_form(scale_m):
    inclination = np.radians([90.0])  # the air does not help or hinder there
    found = lifetime(Fall(ExponentialAir(scale_m), inclination, 80.001e3), 500e3, 0.02)
    closed = exponential_lifetime_s(5e-13, scale_m, EARTH_RADIUS_M + 500e3, 0.02)
    # left out by the closed form: 0.75 (H/a)² and the e^-(420 km/H) below the grid
    assert found == pytest.approx(closed, rel=1e-4 + 1.5 * math.exp(-420e3 / scale_m))


def test_lifetime_against_an_integration_in_time():
    def rate(altitude_m):
        a = EARTH_RADIUS_M + altitude_m
        return -density_kg_m3(altitude_m) * math.sqrt(EARTH_MU_M3_S2 * a) * 0.1 * turning_air_factor(a, 0.0)

    h, time_s = 450e3, 0.0
    while h > 120e3:  # Runge and Kutta, steps of a hundredth of a scale height
        step = -500.0 / rate(h)
        k1 = rate(h)
        k2 = rate(h + 0.5 * step * k1)
        k3 = rate(h + 0.5 * step * k2)
        k4 = rate(h + step * k3)
        drop = step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        if h + drop < 120e3:
            time_s += step * (120e3 - h) / drop
            break
        h, time_s = h + drop, time_s + step
    assert lifetime(fall(), 450e3, 0.1) == pytest.approx(time_s, rel=1e-4)


def test_lifetime_scales_with_area_over_mass_and_ends_where_told():
    found = fall(97.6)
    assert lifetime(found, 600e3, 0.04) == pytest.approx(lifetime(found, 600e3, 0.02) / 2, rel=1e-12)
    assert lifetime(fall(97.6, end_m=300e3), 600e3, 0.02) < lifetime(found, 600e3, 0.02)
    assert lifetime(found, 119e3, 0.02) == 0.0
    assert lifetime(found, 2600e3, 0.02) == math.inf
    assert lifetime(found, 600e3, 0.0) == math.inf


def test_cut_in_two_a_fall_ends_at_the_same_height():
    found, drag = fall(53.0), np.array([0.3])
    whole, _ = found.sink([520e3], [0], drag, 130.0, 60 * DAY_S)
    half, _ = found.sink([520e3], [0], drag, 130.0, 23 * DAY_S)
    half, _ = found.sink(half, [0], drag, 130.0, 37 * DAY_S)
    assert half[0] == pytest.approx(whole[0], abs=1e-3)
    assert 120e3 < whole[0] < 520e3


def test_series_that_stands_still_gives_the_steady_lifetime():
    still = SolarActivity((0.0, 20000.0), (145.0, 145.0))
    found = fall(53.0)
    assert lifetime(found, 550e3, 0.05, still) == pytest.approx(lifetime(found, 550e3, 0.05), rel=1e-9)


def test_long_steps_of_the_forecast_lose_nothing(monkeypatch):
    found, start = fall(97.6), days_of(date(2026, 11, 22))
    heights, drags = np.array([550e3, 700e3, 800e3]), np.array([0.05, 0.2, 0.2])
    kinds = np.zeros(3, int)
    said = found.lifetime_s(heights, kinds, drags, solar_activity("outlook"), start)
    monkeypatch.setattr("orbital_compute.model.decay.STEPS", ((20_000, 3.0 * DAY_S),))
    fine = found.lifetime_s(heights, kinds, drags, solar_activity("outlook"), start)
    assert (np.diff(fine) > 0).all()
    assert said == pytest.approx(fine, rel=2e-3)


def test_below_an_active_sun_it_comes_down_sooner():
    found = fall(97.6)
    lives = [lifetime(found, 600e3, 0.05, solar_activity(name)) for name in ("active", "mean", "quiet")]
    assert lives == sorted(lives)
    start = days_of(date(2026, 11, 22))
    outlooks = [lifetime(found, 600e3, 0.05, solar_activity(f"outlook{end}"), start) for end in ("_high", "", "_low")]
    assert outlooks == sorted(outlooks)


@pytest.mark.compiled
@pytest.mark.parametrize(("altitude_km", "inclination_deg"), [(350.0, 0.1), (350.0, 53.0), (420.0, 97.0)])
def test_decay_against_the_numerical_propagator_with_drag(altitude_km, inclination_deg):
    # Both with Vallado's table over the ellipsoid and air that turns; the propagator without oblate gravity, which
    # would move the mean height by kilometres. Mean of the semi-major axis over the last revolution.
    a, drag, days = EARTH_RADIUS_M + altitude_km * 1e3, 0.05, 4.0
    speed, tilt = math.sqrt(EARTH_MU_M3_S2 / a), math.radians(inclination_deg)
    r, v = np.array([[a, 0.0, 0.0]]), speed * np.array([[0.0, math.cos(tilt), math.sin(tilt)]])
    period_s = 2 * math.pi * math.sqrt(a**3 / EARTH_MU_M3_S2)
    after_s = days * DAY_S + np.linspace(-0.5, 0.5, 32, endpoint=False) * period_s
    start = datetime(2026, 3, 20, tzinfo=UTC)
    times = np.datetime64("2026-03-20", "us") + (1e6 * after_s).astype("timedelta64[us]")
    forces = Forces(zonal_degree=0, sun=False, moon=False, drag_m2_kg=drag)
    states = propagate_states(r, v, start, times, forces)
    energy = (states.v_m_s[0] ** 2).sum(axis=1) / 2 - EARTH_MU_M3_S2 / np.linalg.norm(states.r_m[0], axis=1)
    fallen_m = a - np.mean(-EARTH_MU_M3_S2 / (2 * energy))
    lower, _ = fall(inclination_deg).sink([altitude_km * 1e3], [0], np.array([drag]), 145.0, days * DAY_S)
    ours_m = altitude_km * 1e3 - lower[0]
    place = f"{altitude_km:.0f} km, {inclination_deg} degrees, {days:.0f} days"
    print(f"\n{place}: numerical {fallen_m:.0f} m, ours {ours_m:.0f} m")
    assert ours_m == pytest.approx(fallen_m, rel=0.01)


ALTITUDES_KM = (500, 600, 800)
DRAG = 2.2 * 0.01  # the usual satellite of the tables: 100 kg/m² at a coefficient of 2.2


def simple_model_density(altitude_km, flux, ap=13.0):
    """Australian Space Weather Agency, Satellite Orbital Decay Calculations: for 180 to 500 km."""
    temperature = 900.0 + 2.5 * (flux - 70.0) + 1.5 * ap
    scale_km = temperature / (27.0 - 0.012 * (altitude_km - 200.0))
    return 6e-10 * math.exp(-(altitude_km - 175.0) / scale_km)


def yearly_speed(density, altitude_km, flux):
    column = np.exp(np.interp(altitude_km * 1e3, GRID_M, np.log(density.at(flux)[0])))
    a = EARTH_RADIUS_M + altitude_km * 1e3
    return drag_deceleration_m_s2(column, a, DRAG, turning_air_factor(a, math.radians(97.6))) * YEAR_S


def test_lifetime_and_yearly_speed_beside_published_values():
    inclination = np.radians([97.6])
    densities = {name: mean_density(name, inclination, 13.0) for name in ("table", "nrlmsis")}
    print("\n0.01 m²/kg, coefficient 2.2, 97.6 degrees: lifetime [years] / speed a year [m/s]; quiet, mean, active Sun")
    found = {}
    for name, density in densities.items():
        falls = Fall(density, inclination, 120e3)
        for altitude in ALTITUDES_KM:
            for level in ("quiet", "mean", "active"):
                activity = solar_activity(level)
                life = lifetime(falls, altitude * 1e3, DRAG, activity) / YEAR_S
                found[name, altitude, level] = life, yearly_speed(density, altitude, activity.flux_sfu[0])
            cells = [found[name, altitude, level] for level in ("quiet", "mean", "active")]
            print(f"{name:8} {altitude} km ", "   ".join(f"{life:7.1f} y {speed:6.2f} m/s" for life, speed in cells))

    # Rossi, Valsecchi & Alessi (2015), The Criticality of Spacecraft Index, lifetime of an average object by height
    for altitude in ALTITUDES_KM:
        published = math.exp(14.18 * altitude**0.1831 - 42.94)
        life = found["table", altitude, "mean"][0]
        print(f"Criticality of Spacecraft Index, {altitude} km: {published:.1f} y; ours over it {life / published:.2f}")
        assert 0.6 < life / published < 1.6
        assert found["table", altitude, "active"][0] < published < found["table", altitude, "quiet"][0]

    # NASA Orbital Debris Program Office, frequently asked questions: below 600 km several years, at 800 km centuries
    assert 1.0 < found["table", 500, "mean"][0] < 10.0
    assert 100.0 < found["table", 800, "mean"][0] < 1000.0

    # Station keeping of usual budgets (Wikipedia, Delta-v budget): in 500 to 600 km below 5 m/s a year on average and
    # 25 at most, above 600 km 7.5 at most. For 100 kg/m² ours agrees at 600 km, and at 500 km is up to three times it.
    for altitude, level, published in ((600, "mean", 5.0), (600, "active", 25.0), (800, "active", 7.5)):
        speed = found["table", altitude, level][1]
        print(f"Delta-v budgets, {altitude} km, {level}: below {published} m/s a year; ours {speed:.2f}")
        assert speed < published
    print(f"Delta-v budgets, 500 km, mean: below 5 to 25 m/s a year; ours {found['table', 500, 'mean'][1]:.1f}")
    assert 5.0 < found["table", 500, "mean"][1] < 25.0

    for flux, level in ((90.0, "quiet"), (145.0, "mean"), (250.0, "active")):
        simple = simple_model_density(500.0, flux)
        ours = np.interp(500e3, GRID_M, TableDensity(np.zeros(1)).at(flux)[0])
        print(
            f"Australian Space Weather Agency's model, 500 km, {level}: {simple:.2e}; ours over it {ours / simple:.2f}"
        )
        assert 0.6 < ours / simple < 1.7


def test_filed_satellite_comes_down_as_fast_as_its_filing_says():
    # Letter to the FCC of 29 May 2026: 0.1333 m²/kg, passive decay of 1.2 to 1.9 years from 550 to 585 km
    drag, inclination = 2.2 * 0.1333, np.radians([29.0, 97.6])
    falls = Fall(TableDensity(inclination), inclination, 120e3)
    heights, kinds = np.array([550e3, 585e3]), np.array([0, 1])
    print("\nFiled satellite, 2.2 x 0.1333 m²/kg, 550 km (29 degrees) and 585 km (97.6): filed 1.2 and 1.9 years")
    lives = {}
    for name in ("quiet", "mean", "active", "outlook", "outlook_low", "outlook_high"):
        start = days_of(date(2026, 11, 22))
        lives[name] = falls.lifetime_s(heights, kinds, np.full(2, drag), solar_activity(name), start) / YEAR_S
        print(f"{name:13}", " ".join(f"{life:5.2f}" for life in lives[name]))
    assert lives["outlook_high"][0] < 1.2 < lives["outlook_low"][0]
    assert lives["outlook_high"][1] < 1.9 < lives["outlook_low"][1]
    # the coefficient times area over mass that the filed figures need, under a steady Sun
    for level in ("quiet", "mean", "active"):
        flux = solar_activity(level).flux_sfu[0]
        need = falls.remaining(flux)[kinds, np.searchsorted(GRID_M, heights)] - falls.remaining(flux)[kinds, 40]
        print(f"{level:8} needs", np.round(need / (np.array([1.2, 1.9]) * YEAR_S), 3), "m²/kg")
        if level == "quiet":
            assert need / (np.array([1.2, 1.9]) * YEAR_S) == pytest.approx(np.full(2, drag), rel=0.45)


def test_lowering_from_550_to_480_km_beside_what_its_operator_says():
    # SpaceX, 1 January 2026: towards solar minimum, 4 years and more become a few months, by more than 80 %
    falls, start = fall(53.0), days_of(date(2027, 11, 1))
    life = falls.lifetime_s(np.array([550e3, 480e3]), np.zeros(2, int), 0.12, solar_activity("outlook"), start) / YEAR_S
    saved = 1.0 - life[1] / life[0]
    print(
        f"\nFrom 550 km {life[0]:.1f} years, from 480 km {life[1]:.1f} (failing in 2027, 0.12 m²/kg): {saved:.0%} less"
    )
    assert 4.0 < life[0] < 5.0
    assert 0.7 < saved < 0.9

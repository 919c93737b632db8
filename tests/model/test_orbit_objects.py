"""Orbit objects by their attributes. What needs the library itself is marked `poliastro`."""

import sys
from datetime import UTC, datetime
from importlib.machinery import ModuleSpec
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from astropy import units as u
from astropy.time import Time
from hypothesis import given, settings
from hypothesis import strategies as st

import orbital_compute as oc
from orbital_compute.constants import EARTH_MU_M3_S2, EARTH_RADIUS_M
from orbital_compute.errors import ScenarioError
from orbital_compute.model import orbit_objects
from orbital_compute.model.frames import teme_to_gcrs, turned
from orbital_compute.model.propagation import propagate_numerical
from orbital_compute.physics.orbit import Correction

EPOCH = Time("2026-06-21T00:00:00", scale="utc")
START = datetime(2026, 6, 21, tzinfo=UTC)
EARTH = SimpleNamespace(name="Earth", k=EARTH_MU_M3_S2 * u.m**3 / u.s**2)
MICROMETRES = 2e-6  # rounding at 7,000 km
SPEED_M_S = 1e-6  # of differences in time
ARC_M = 300.0  # the theory's short periods, and what a week of Moon does to them


def orbit(altitude_km=550.0, ecc=0.001, inc=53.0, raan=40.0, argp=30.0, nu=-100.0, epoch=EPOCH, **changes):
    return SimpleNamespace(
        **{
            "a": (6378.137 + altitude_km) * u.km,
            "ecc": ecc * u.one,
            "inc": inc * u.deg,
            "raan": raan * u.deg,
            "argp": argp * u.deg,
            "nu": nu * u.deg,
            "epoch": epoch,
            "attractor": EARTH,
            **changes,
        }
    )


def state(item):
    """Return position [m] and velocity [m/s] of one object in GCRS."""
    return orbit_objects.state_of_elements(
        *(np.array([part]) for part in (item.a.to_value("m"), float(item.ecc))),
        *(np.array([part.to_value("rad")]) for part in (item.inc, item.raan, item.argp, item.nu)),
        np.array([EARTH_MU_M3_S2]),
    )


def test_state_of_elements_is_a_published_one():
    # Vallado, Fundamentals of Astrodynamics, example 2-6
    e, p_m = 0.83285, 11067.790e3
    angles = (np.radians([value]) for value in (87.87, 227.89, 53.38, 92.335))
    r_m, v_m_s = orbit_objects.state_of_elements(np.array([p_m / (1 - e**2)]), np.array([e]), *angles, EARTH_MU_M3_S2)
    assert r_m[0] / 1e3 == pytest.approx([6525.344, 6861.535, 6449.125], abs=0.05)
    assert v_m_s[0] / 1e3 == pytest.approx([4.902276, 5.533124, -1.975709], abs=5e-5)


def test_satellites_stand_where_their_objects_do():
    items = [orbit(500.0 + 30 * k, 0.004 * k, 40.0 * k) for k in range(5)]
    fleet = oc.Constellation.from_orbits(items)
    assert fleet.epoch == START
    assert fleet.is_theory
    for row, item in enumerate(items):
        assert np.abs(fleet.positions(EPOCH, "gcrs")[row, 0] - state(item)[0][0]).max() < MICROMETRES


def test_objects_of_several_epochs_meet_at_the_latest():
    items = [orbit(500.0 + 30 * k, 0.002 * k, 40.0 * k, epoch=EPOCH + k * u.day) for k in range(3)]
    fleet = oc.Constellation.from_orbits(items)
    assert fleet.epoch == datetime(2026, 6, 23, tzinfo=UTC)
    error_m = [
        np.linalg.norm(fleet.positions(item.epoch, "gcrs")[row, 0] - state(item)[0][0])
        for row, item in enumerate(items)
    ]
    assert error_m[2] < MICROMETRES
    assert max(error_m) < ARC_M
    before = oc.Constellation.from_orbits(items, epoch=START)
    assert np.abs(before.positions(EPOCH, "gcrs")[0, 0] - state(items[0])[0][0]).max() < MICROMETRES
    with pytest.raises(ScenarioError, match=r"orbits\[0\]: its epoch is 40 days from 2026-07-31; at most 30"):
        oc.Constellation.from_orbits(items[:1], epoch=datetime(2026, 7, 31, tzinfo=UTC))


def test_bare_numbers_are_si():
    bare = SimpleNamespace(**vars(orbit()))
    bare.a, bare.ecc, bare.epoch = bare.a.to_value("m"), float(bare.ecc), START
    bare.inc, bare.raan, bare.argp, bare.nu = (
        getattr(bare, name).to_value("rad") for name in ("inc", "raan", "argp", "nu")
    )
    one, other = (oc.Constellation.from_orbits([item]).positions(START) for item in (orbit(), bare))
    assert np.abs(one - other).max() < MICROMETRES


@settings(max_examples=30)
@given(
    st.floats(200.0, 2000.0), st.floats(0.0, 0.005), st.floats(0.0, 180.0), st.floats(-180.0, 180.0),
    st.floats(-180.0, 180.0), st.floats(-180.0, 180.0),
)  # fmt: skip
def test_theory_starts_from_any_near_circular_state(altitude_km, ecc, inc, raan, argp, nu):
    r_m, v_m_s = state(orbit(altitude_km + 50, ecc, inc, raan, argp, nu))
    nothing = Correction(*np.zeros((4, 1)))
    mean = orbit_objects.mean_elements(r_m, v_m_s, nothing)
    place_m, speed_m_s = orbit_objects.theory_states(*orbit_objects._table_and_slots(mean, nothing))
    assert np.abs(place_m - r_m).max() < MICROMETRES
    assert np.abs(speed_m_s - v_m_s).max() < SPEED_M_S


def test_satellites_keep_with_numerical_integration_for_a_week():
    items = [orbit(420.0, inc=51.6), orbit(650.0, inc=98.0), orbit(1200.0, inc=87.9), orbit(500.0, inc=0.0)]
    fleet = oc.Constellation.from_orbits(items)
    r_m, v_m_s = (np.concatenate(parts) for parts in zip(*map(state, items), strict=True))
    seconds = np.concatenate([day * 86400 + np.arange(0, 6000, 500) for day in range(8)])
    times = np.datetime64("2026-06-21T00:00") + seconds.astype("timedelta64[s]")
    wanted_m = propagate_numerical(r_m, v_m_s, START, times)
    error_m = np.linalg.norm(fleet.positions(times, "gcrs") - wanted_m, axis=2)
    for item, miss_m in zip(items, error_m, strict=True):
        print(f"{item.a:.0f} {item.inc:.1f}: {miss_m[:12].max():.0f} m in a revolution, {miss_m.max():.0f} m in a week")
    assert error_m.max() < ARC_M


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (3, r"orbits\[1\]: int has no a, ecc, inc, raan, argp, nu, epoch, attractor"),
        (orbit(attractor=SimpleNamespace(name="Mars", k=4.28e13)), "it goes around Mars"),
        (orbit(attractor=SimpleNamespace()), "it goes around the attractor"),
        (orbit(ecc=0.1), r"orbits\[1\]: eccentricity 0.1; 0 to 0.02"),
        (orbit(altitude_km=165.0), "its perigee is 158.5 km high; at least 160 km"),
        (orbit(plane=SimpleNamespace(name="EARTH_ECLIPTIC")), "in the plane EARTH_ECLIPTIC"),
        (orbit(inc=np.nan * u.deg), "an element is no number"),
        (orbit(inc=5 * u.km), "a unit of the wrong kind"),
        (orbit(epoch="today"), "which are not dates"),
    ],
)
def test_what_is_no_orbit_of_ours_is_refused(item, says):
    with pytest.raises(ScenarioError, match=says):
        oc.Constellation.from_orbits([orbit(), item])


def test_no_orbits_are_refused():
    with pytest.raises(ScenarioError, match="there are no orbits"):
        oc.Constellation.from_orbits([])


@pytest.fixture
def made_up_library(monkeypatch):
    """A library of the family that keeps what it is given."""
    for name in ("made_up", "made_up.bodies", "made_up.twobody"):
        module = ModuleType(name)
        module.__spec__ = ModuleSpec(name, None)
        monkeypatch.setitem(sys.modules, name, module)
    sys.modules["made_up.bodies"].Earth = EARTH
    keep = SimpleNamespace(from_vectors=lambda body, r, v, epoch: SimpleNamespace(body=body, r=r, v=v, epoch=epoch))
    sys.modules["made_up.twobody"].Orbit = keep
    monkeypatch.setattr(orbit_objects, "LIBRARIES", ("absent_here", "made_up"))


def test_orbits_go_out_as_they_came_in(made_up_library):
    items = [orbit(500.0 + 30 * k, 0.004 * k, 40.0 * k) for k in range(5)]
    fleet = oc.Constellation.from_orbits(items)
    for row in (0, 3, -1):
        out, (r_m, v_m_s) = fleet.to_orbit(row), state(items[row])
        assert np.abs(out.r.to_value("m") - r_m[0]).max() < MICROMETRES
        assert np.abs(out.v.to_value("m/s") - v_m_s[0]).max() < SPEED_M_S
        assert (out.body, (out.epoch - EPOCH).to_value("s")) == (EARTH, pytest.approx(0.0, abs=1e-6))
    with pytest.raises(ScenarioError, match="there is no row 5; 0 to 4"):
        fleet.to_orbit(5)


def test_a_real_satellite_goes_out_with_its_sgp4_state(made_up_library, tmp_path):
    (tmp_path / "one.tle").write_text(
        "1 25544U 98067A   20045.18587073  .00000950  00000-0  25302-4 0  9990\n"
        "2 25544  51.6443 242.0161 0004885 264.6060 207.3845 15.49165514212791\n"
    )
    fleet = oc.Constellation.from_tle(tmp_path / "one.tle")
    r_m, v_m_s = fleet.ephemeris_teme(fleet.epoch, [0.0])
    out, matrix = fleet.to_orbit(0), teme_to_gcrs(fleet.epoch)
    assert np.abs(out.r.to_value("m") - turned(matrix, r_m[0])[0]).max() < MICROMETRES
    assert np.abs(out.v.to_value("m/s") - turned(matrix, v_m_s[0])[0]).max() < SPEED_M_S


def test_without_a_library_the_cure_is_named(monkeypatch):
    monkeypatch.setattr(orbit_objects, "LIBRARIES", ("absent_here",))
    with pytest.raises(ScenarioError, match=r"absent_here is installed; install boinor \(pip install 'orbital-compute"):
        oc.Constellation.from_orbits([orbit()]).to_orbit(0)


@pytest.mark.poliastro
@pytest.mark.filterwarnings("ignore::Warning")  # the library's own
def test_boinor_objects_come_in_and_go_out():
    from boinor.bodies import Earth, Mars
    from boinor.twobody import Orbit

    items = [
        Orbit.from_classical(
            Earth, EARTH_RADIUS_M * u.m + 550 * u.km, 0.003 * u.one, inc * u.deg, 40 * u.deg, 30 * u.deg, 100 * u.deg,
            epoch=EPOCH,
        )
        for inc in (0.0, 53.0, 97.7)
    ]  # fmt: skip
    fleet = oc.Constellation.from_orbits(items)
    for row, item in enumerate(items):
        assert np.abs(fleet.positions(item.epoch, "gcrs")[row, 0] - item.r.to_value("m")).max() < MICROMETRES
        out = fleet.to_orbit(row)
        assert isinstance(out, Orbit)
        assert np.abs((out.r - item.r).to_value("m")).max() < MICROMETRES
        assert np.abs((out.v - item.v).to_value("m/s")).max() < SPEED_M_S
        # two bodies for a minute: the oblateness has moved it by 20 m by then
        minute = item.propagate(60 * u.s).r.to_value("m")
        assert np.linalg.norm(fleet.positions(EPOCH + 60 * u.s, "gcrs")[row, 0] - minute) < 40.0
    old = Orbit.circular(Earth, 600 * u.km, inc=97.8 * u.deg)  # at the library's own epoch, J2000 TT
    fleet = oc.Constellation.from_orbits([old])
    assert np.abs(fleet.positions(old.epoch, "gcrs")[0, 0] - old.r.to_value("m")).max() < 0.01  # epochs to 1 µs
    with pytest.raises(ScenarioError, match=r"orbits\[0\]: its epoch is 9668 days from 2026-06-21"):
        oc.Constellation.from_orbits([old, *items])
    with pytest.raises(ScenarioError, match="it goes around Mars"):
        oc.Constellation.from_orbits([Orbit.circular(Mars, 550 * u.km)])

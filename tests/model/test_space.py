"""The space segment: windows from offer to executed work, on any number of threads, its sums, samples and audit."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest
from small_fleet import BASE, constellation, design, random_elements, spoil_march

from orbital_compute.errors import AuditError
from orbital_compute.kernels.ledger import EXECUTED_FIELDS, OFFERED_FIELDS
from orbital_compute.model.clock import Clock
from orbital_compute.model.constellation import Constellation
from orbital_compute.model.fleet import Fleet
from orbital_compute.model.space import WORK_FIELDS, SpaceSegment

N, N_WINDOW = 1100, 3  # three blocks
CLOCK = Clock(datetime(2026, 3, 20, 12, tzinfo=UTC), 60.0, 300.0, 100)
OTHER = design("other", battery=dict(capacity_j=60 * 3.6e6))
SMALL = design("small", radiator=dict(area_m2=50.0))
TYPES = {one.name: one for one in (BASE, OTHER, SMALL)}
WANTED = (0.0, 0.5, 1.0)


def segment(threads=1, *, n=N, sample_rows=(), flown=None):
    """Return a segment of three shells one after another, or of a constellation."""
    own = flown or constellation(random_elements(n, seed=5), np.arange(n) * 3 // n, list(TYPES))
    return SpaceSegment(Fleet(own, TYPES, step_s=60.0), own, CLOCK, threads=threads, sample_rows=np.array(sample_rows))


def window(space, w, share=(0.5, 1.0)):
    """Do a window; odd and even rows have a signature each. Return what each was assigned and executed [FLOP]."""
    n = space.fleet.n_satellite
    space.prepare(w)
    space.signature[:n] = np.arange(n) % 2
    given = space.give_back(np.array(share), np.array([True, False]))
    return given, space.march(2)


def ledger(space, name):
    """Return a total of each satellite; of the first window it is the ledger's."""
    return space.fleet.state_of(name)


def test_threads_change_no_bit():
    found = []
    for threads in (1, 2, 3):
        space = segment(threads, sample_rows=(3, N - 1))
        for w in range(N_WINDOW):
            work = window(space, w)
        arrays = space.fleet.arrays
        sums, quantiles = space.sums(), space.quantiles(WANTED)
        found.append([arrays.state, space.executed_flop, space.unit, *work, *sums.values(), *quantiles.values()])
        found[-1] += [np.array(list(space.audit().values())), *space.sample().values()]
        space.close()
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))


def test_work_of_signatures_is_that_of_their_satellites():
    space = segment()
    given, executed = window(space, 0)
    odd = np.arange(N) % 2 == 1
    for signature, mine in ((0, ~odd), (1, odd)):
        share = (0.5, 1.0)[signature]
        assert given[signature] == space.assigned_flop[:N][mine].sum()
        assert given[signature] == pytest.approx(share * ledger(space, "offered_flop")[mine].sum(), rel=1e-6)
        assert executed[signature] == pytest.approx(math.fsum(ledger(space, "executed_flop")[mine]), rel=1e-9)
        assert executed[signature] <= given[signature]
    assert (space.assigned_flop[N:] == 0.0).all()


def test_sums_are_those_of_shells():
    space = segment()
    window(space, 0)
    sums = space.sums()
    assert set(sums) == {*OFFERED_FIELDS, *EXECUTED_FIELDS, *WORK_FIELDS}
    shell = np.arange(N) * 3 // N
    for k in range(3):
        mine = shell == k
        assert sums["array_j"][k] == pytest.approx(math.fsum(ledger(space, "array_j")[mine]), rel=1e-13)
        offered_flop = ledger(space, "offered_flop")
        assert sums["offered_flop"][k] == offered_flop[mine].sum()
        assert sums["reachable_flop"][k] == offered_flop[mine & (np.arange(N) % 2 == 0)].sum()
    bus_j = sums["array_j"] + sums["drawn_j"] - sums["load_j"] - sums["charge_j"] - sums["curtailed_j"]
    assert np.abs(bus_j / sums["array_j"]).max() < 1e-12


def test_quantiles_are_of_the_satellites_of_a_shell():
    space = segment()
    window(space, 0)
    found = space.quantiles(WANTED)
    fluid_k = space.fleet.state_of("fluid_k")
    charge = (
        space.fleet.state_of("battery_j") / np.array([TYPES[t].battery.capacity_j for t in TYPES])[space.fleet.shell]
    )
    for k in range(3):
        mine = space.fleet.shell == k
        assert found["fluid_temperature_k"][k, [0, 2]].tolist() == [fluid_k[mine].min(), fluid_k[mine].max()]
        assert found["fluid_temperature_k"][k, 1] == pytest.approx(
            np.quantile(fluid_k[mine], 0.5, method="inverted_cdf"), abs=0.1
        )
        assert found["state_of_charge"][k, 0] == charge[mine].min()


def test_sample_holds_every_term_and_each_balances():
    rows = (0, 1, 33, N - 1)
    space = segment(sample_rows=rows)
    stored_j = space.fleet.state_of("battery_j")[list(rows)]
    window(space, 0)
    s = space.sample()
    assert all(values.shape == (CLOCK.steps_per_window, len(rows)) for values in s.values())
    bus_w = s["sample_array_w"] + s["sample_discharge_w"] - s["sample_load_w"] - s["sample_charge_w"]
    assert np.abs(bus_w - s["sample_curtailed_w"]).max() < 1e-6
    parts_w = s["sample_compute_w"] + s["sample_bus_w"] + s["sample_pump_w"]
    assert np.abs(parts_w - s["sample_load_w"]).max() < 1e-6
    heat_w = s["sample_load_w"] + s["sample_loss_w"] + s["sample_conditioning_w"] + s["sample_sink_w"]
    assert np.array_equal(heat_w, s["sample_heat_in_w"])
    gained_j = np.diff(s["sample_battery_j"], axis=0, prepend=stored_j[None])
    assert np.abs(gained_j - 60 * (0.96 * s["sample_charge_w"] - s["sample_discharge_w"] / 0.96)).max() < 1e-3
    assert (s["sample_chip_k"] >= s["sample_fluid_k"]).all()
    capacity_j = np.array([TYPES[t].battery.capacity_j for t in TYPES])[space.fleet.shell[list(rows)]]
    assert s["sample_state_of_charge"] == pytest.approx(s["sample_battery_j"] / capacity_j, rel=1e-14)
    for name, term in (("executed_flop", s["sample_executed_flop"]), ("sunlit_s", 60 * s["sample_sunlit"])):
        assert term.sum(axis=0) == pytest.approx(ledger(space, name)[list(rows)], rel=1e-12)
    assert 60 * s["sample_radiated_w"].sum(axis=0) == pytest.approx(ledger(space, "radiated_j")[list(rows)], rel=1e-12)


def test_planes_half_an_orbit_apart_are_dark_half_an_orbit_apart():
    """Two satellites of one plane: their light is the same series, half a revolution on."""
    one = random_elements(1, seed=3)[0]._replace(e=0.0, a=6.95e6, i=0.9, perigee=0.0, anomaly=0.0)
    pair = constellation([one, one._replace(anomaly=math.pi)], [0, 0], ["base"])
    space = SpaceSegment(Fleet(pair, {"base": BASE}, step_s=60.0), pair, CLOCK, threads=1, sample_rows=np.arange(2))
    sunlit = []
    for w in range(20):
        window(space, w)
        sunlit.append(space.sample()["sample_sunlit"])
    sunlit = np.concatenate(sunlit)
    half = round(math.pi / math.sqrt(3.986004418e14 / 6.95e6**3) / 60.0)  # 48 steps
    assert 0.2 < (sunlit[:, 0] < 0.5).mean() < 0.5
    assert np.abs(sunlit[half:, 0] - sunlit[:-half, 1]).mean() < 0.02
    assert np.abs(sunlit[half:, 0] - sunlit[:-half, 0]).mean() > 0.3


# the audit


def test_honest_windows_pass():
    space = segment()
    for w in range(N_WINDOW):
        window(space, w)
        found = space.audit()
        space.check(found, w)
        assert found["energy"][0] < 1e-12
        assert found["heat"][0] <= 1.0
        assert found["temperature_margin_k"][0] >= 0.0
        assert found["charge_margin"][0] >= 0.0


@pytest.mark.parametrize(
    ("table", "name", "by", "quantity"),
    [
        ("state", "battery_j", 1.0, "energy"),
        ("ledger", "load_j", -1.0, "energy"),
        ("state", "fluid_k", 1.0, "heat"),
        ("state", "cell_k", math.nan, "cell_k"),
        ("ledger", "chip_max_k", 300.0, "temperature_margin_k"),
        ("ledger", "battery_min_j", -1e9, "charge_margin"),
    ],
)
def test_audit_names_satellite_window_steps_and_quantity(table, name, by, quantity, monkeypatch):
    space, row = segment(), N - 7
    spoil_march(monkeypatch, table, name, row, by)
    window(space, 0)
    with pytest.raises(AuditError) as caught:
        space.check(space.audit(), 2)
    error, steps = caught.value, CLOCK.steps_per_window
    assert error.quantity == quantity
    assert f"satellite {row}, window 2, steps {2 * steps} to {3 * steps - 1}" in str(error)
    assert str(error).count("\n") == 0


def test_audit_names_the_row_of_the_whole_fleet(monkeypatch):
    """A fleet of a few rows of a larger one: the row in the message is that of the whole."""
    own = constellation(random_elements(N, seed=5), np.arange(N) * 3 // N, list(TYPES))
    fleet = Fleet(own, TYPES, step_s=60.0, rows=np.array([3, 17, 29]))
    space = SpaceSegment(fleet, own, CLOCK, threads=1, sample_rows=np.array([], dtype=int))
    spoil_march(monkeypatch, "state", "battery_j", 1, 1.0)
    window(space, 0)
    assert space.audit()["energy"][1] == 17


# real element sets


def real_satellites(n=5):
    from sgp4.api import WGS72, Satrec

    day, drag = 27838.5, 1e-5  # 2026-03-20 12:00 UTC after 1949-12-31
    records = []
    for k in range(n):
        record = Satrec()
        angles = (1.0 + k, 0.3 * (1 + k), 2 * math.pi * 15.05 / 1440, 0.7 * k, 0.5 * k)  # 15.05 revolutions a day
        perigee, inclination, motion, anomaly, node = angles
        record.sgp4init(WGS72, "i", 100 + k, day, drag, 0.0, 0.0, 0.001, perigee, inclination, anomaly, motion, node)
        records.append(record)
    return Constellation(
        epoch=CLOCK.start, semi_major_axis_m=np.array([r.a * r.radiusearthkm * 1e3 for r in records]),
        eccentricity=np.array([r.ecco for r in records]), inclination_rad=np.array([r.inclo for r in records]),
        raan_rad=np.array([r.nodeo for r in records]), arg_perigee_rad=np.array([r.argpo for r in records]),
        mean_anomaly_rad=np.array([r.mo for r in records]), shell=np.zeros(n, dtype=np.int32),
        plane=np.zeros(n, dtype=np.int32), slot=np.arange(n, dtype=np.int32), shell_names=["element_sets"],
        shell_satellite_type=[None], catalog_number=np.arange(n) + 100, element_records=records,
    )  # fmt: skip


def test_real_element_sets_fly_through_the_same_stages():
    """Their light is that of the exact law on SGP4's positions, averaged over each step; ledgers close as well."""
    own = real_satellites()
    space = segment(flown=own, sample_rows=np.arange(5))
    sunlit = []
    for w in range(N_WINDOW):
        given, executed = window(space, w)
        space.check(space.audit(), w)
        sunlit.append(space.sample()["sample_sunlit"])
        assert (executed <= given).all()
        assert executed.sum() > 0.0
    sunlit = np.concatenate(sunlit)
    fine_s = np.arange(sunlit.shape[0] * 60) + 0.5
    start = np.datetime64(CLOCK.start.replace(tzinfo=None), "ns")
    exact = own.illumination(start + (fine_s * 1e9).astype("timedelta64[ns]")).reshape(5, -1, 60).mean(axis=2).T
    assert np.abs(sunlit - exact).max() < 0.5 / 60  # half a second of an edge, by eccentricity within a step
    middle_s = (N_WINDOW - 1) * CLOCK.window_s + (CLOCK.steps_per_window // 2 + 0.5) * CLOCK.step_s
    r_m = own.positions(start + np.timedelta64(int(middle_s), "s"))
    unit = r_m[:, 0] / np.linalg.norm(r_m[:, 0], axis=1)[:, None]
    assert np.abs(space.unit[:, :5].T - unit).max() < 2.0**-24  # rounded to single precision


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_is_done_beside_is_done_once_while_the_parts_run(threads):
    space = segment(threads)
    seen: list[int] = []
    assert space.run(lambda part: part * part, range(5), lambda: seen.append(1)) == [0, 1, 4, 9, 16]
    assert space.run(lambda part: -part, [7], lambda: seen.append(2)) == [-7]
    assert seen == [1, 2]
    space.close()


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(("n", "work", "unit"), [(313, 960, 16), (313, 160, 16), (10_000, 1, 512), (31_250, 160, 16)])
def test_ranges_cover_all_once_in_whole_units_of_about_the_same_length(threads, n, work, unit):
    space = segment(threads)
    ranges = space._ranges(n, work, unit)
    assert [first for first, _ in ranges] == [0, *(last for _, last in ranges[:-1])]
    assert ranges[-1][1] == n
    lengths = [last - first for first, last in ranges]
    assert all(length % unit == 0 for length in lengths[:-1])
    assert max(lengths) <= -(-n // len(lengths)) + unit
    assert max(lengths) * work <= 1_500_000 // 8 or len(lengths) == 1
    if n * work >= 15_000 * threads:
        assert len(lengths) >= threads
    space.close()

"""Two runs side by side, worked by hand: what was lost, what orbit took over, who waited, and when it was over."""

import math

import numpy as np
import pytest
import xarray as xr

from orbital_compute.analysis import aftermath

HOUR_S = 3600.0
N = 24
EVENT = {"kind": "grid_curtailed", "start": "2026-06-01T06:00:00Z", "end": "2026-06-01T10:00:00Z"}


def dataset(queued=0, site=100.0, orbit=50.0, in_time=10, dropped=0):
    """One class of 2 FLOP a request, two regions, one site with a battery plant; windows of an hour."""

    def rows(value, *shape):
        return np.broadcast_to(np.asarray(value).reshape(-1, *[1] * len(shape)), (N, *shape)).copy()

    requests = ("time", "job_class", "region")
    table = {
        "arrived": (requests, rows(10, 1, 2)), "queued": (requests, rows(queued, 1, 2)),
        "served_in_time": (requests, np.stack([rows(in_time, 1), rows(10, 1)], axis=2)),
        "dropped": (requests, rows(dropped, 1, 2)),
        "executed_flop": (("time", "shell"), rows(orbit, 1)), "site_executed_flop": (("time", "site"), rows(site, 1)),
        "site_offered_flop": (("time", "site"), rows(site, 1)),
        "site_discharge_power_w": (("time", "site"), rows(np.where(np.arange(N) % 24 == 6, 5.0, 0.0), 1)),
        "site_state_of_charge": (("time", "site"), rows(np.linspace(1.0, 0.0, N), 1)),
    }  # fmt: skip
    coordinates = {
        "time": np.datetime64("2026-06-01T00:00:00", "ns") + np.arange(N) * np.timedelta64(1, "h"),
        "job_class": ["batch"], "region": ["north", "south"], "site": ["memphis"],
        "flop_per_request": ("job_class", [2.0]),
    }  # fmt: skip
    return xr.Dataset(table, coordinates, {"window_s": HOUR_S})


CALM = dataset()
SPELL = aftermath.spell_of(CALM, {"events": [EVENT]})


def test_the_spell_runs_from_the_first_start_to_the_last_end():
    assert (SPELL.windows, SPELL.ended) == (slice(6, 10), True)
    later = {**EVENT, "start": "2026-06-01T08:00:00Z", "end": "2026-06-01T12:30:00Z"}
    both = aftermath.spell_of(CALM, {"events": [EVENT, later]})
    assert (both.windows, both.ended) == (slice(6, 12), True)  # the middle of the window from 12:00 is its end
    for_good = {"kind": "hall_lost", "start": EVENT["start"]}
    assert aftermath.spell_of(CALM, {"events": [for_good]}).ended is False
    assert aftermath.spell_of(CALM, {"events": []}) is None
    reclaimed = CALM.assign(lease_goes_s=("lease", [5 * HOUR_S]))
    assert aftermath.spell_of(reclaimed, {}).windows == slice(5, N)


def test_orbit_takes_over_a_part_of_what_the_ground_lacks():
    site = np.full(N, 100.0)
    site[6:10] = [40.0, 40.0, 0.0, 0.0]
    orbit = np.full(N, 50.0)
    orbit[6:12] = 90.0  # what it does after the events is not while they last
    assert aftermath.taken_over_flop(dataset(site=site, orbit=orbit), CALM, SPELL) == (320.0, 160.0)


@pytest.mark.parametrize(
    ("queued", "recovery"),
    [
        (np.zeros(N), math.nan),
        (np.r_[np.zeros(7), [40, 90, 90, 60, 20], np.zeros(12)], 2 * HOUR_S),  # 10:00 to 12:00
        (np.r_[np.zeros(7), [40, 90, 0], np.zeros(14)], 0.0),  # over before the event ends
        (np.r_[np.zeros(7), np.full(17, 9)], math.inf),
    ],
)
def test_recovery_is_when_nobody_waits_because_of_them_any_more(queued, recovery):
    found = aftermath.overall_recovery_s(dataset(queued=queued), CALM, SPELL)
    assert found == recovery or (math.isnan(found) and math.isnan(recovery))
    (one,) = aftermath.waiting(dataset(queued=queued), CALM, SPELL)
    assert one.most_waiting == 2 * queued.max()


def test_a_wait_that_outlasts_the_run_by_an_event_without_end_has_no_recovery():
    endless = aftermath.spell_of(CALM, {"events": [{**EVENT, "end": None}]})
    assert math.isnan(aftermath.overall_recovery_s(dataset(queued=5), CALM, endless))


def test_who_waits_by_class_and_region():
    in_time = np.full(N, 10)
    in_time[6:10] = 4
    dropped = np.zeros(N, dtype=int)
    dropped[8] = 3
    (one,) = aftermath.waiting(dataset(in_time=in_time, dropped=dropped), CALM, SPELL)
    assert (one.late, one.dropped, one.region, one.region_share) == (24, 6, "north", 1.0)


def test_the_battery_plants_minutes():
    site = np.full(N, 100.0)
    site[8:10] = 30.0
    (plant,) = aftermath.plants(dataset(site=site), CALM, SPELL)
    assert (plant.discharge_s, plant.energy_j) == (HOUR_S, 5.0 * HOUR_S)
    assert plant.full_s == 2 * HOUR_S
    assert plant.charge_start == pytest.approx(1.0 - 5 / 23)  # at the end of the window before
    assert plant.charge_end == pytest.approx(1.0 - 9 / 23)
    assert (plant.bridged_share, plant.dark_s) == (1.0, 0.0)
    assert plant.work_lost_flop == 140.0


def test_a_site_that_its_plant_no_longer_carries_is_dark():
    site = np.full(N, 100.0)
    site[6:10] = [40.0, 0.0, 0.0, 0.0]
    (plant,) = aftermath.plants(dataset(site=site), CALM, SPELL)
    assert (plant.bridged_share, plant.full_s, plant.dark_s) == (0.4, 0.0, 3 * HOUR_S)
    taken_back = dataset(site=site).assign(lease_goes_s=("lease", [6 * HOUR_S])).assign_coords(lease=["memphis"])
    assert aftermath.plants(taken_back, CALM, SPELL) == []


def test_what_happens_is_listed_in_the_order_of_time():
    storm = {"kind": "solar_storm", "start": "2026-06-01T02:00:00Z", "factor": 100}
    data = CALM.assign(lease_goes_s=("lease", [3 * HOUR_S])).assign_coords(lease=["memphis"])
    found = aftermath.happenings(data, {"events": [{**EVENT, "site": "memphis", "limit": "0 MW"}, storm]})
    assert [(one.kind, one.target, one.amount) for one in found] == [
        ("solar_storm", "", "factor 100"),
        ("lease_reclaimed", "memphis", ""),
        ("grid_curtailed", "memphis", "limit 0 MW"),
    ]
    assert [one.start_s for one in found] == [2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S]
    assert found[2].end_s == 10 * HOUR_S
    assert math.isinf(found[0].end_s)

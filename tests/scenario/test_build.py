"""A scenario becomes the model's objects: units by hand, rows in order, files beside the scenario."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.build import build
from orbital_compute.scenario.files import check_files
from orbital_compute.scenario.load import load_scenario

TREE = {
    "format": 1,
    "name": "small",
    "time": {"start": "2026-06-21", "duration": "2 h"},
    "constellation": {
        "shells": [
            {"name": "rings", "altitude": "650 km", "local_time_ascending_node": "06:00", "planes": 2, "per_plane": 3},
            {"altitude": "600 km", "inclination": "53 deg", "planes": 4, "per_plane": 5, "raan_spread": "180 deg"},
        ]
    },
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}],
    "output": {"sample": 4},
}


def built(**changes):
    return build(load_scenario(TREE).replace({key.replace("__", "."): value for key, value in changes.items()}))


def test_clock_rows_and_names():
    model = built()
    assert (model.clock.n_step, model.clock.n_window, model.clock.start) == (120, 24, datetime(2026, 6, 21, tzinfo=UTC))
    fleet = model.constellation
    assert fleet.n_satellite == 26
    assert fleet.shell_names == ["rings", "shell_1"]
    np.testing.assert_array_equal(np.bincount(fleet.shell), [6, 20])
    np.testing.assert_allclose(fleet.semi_major_axis_m[[0, 25]], [6378137 + 650e3, 6378137 + 600e3], rtol=1e-15)
    assert math.degrees(fleet.inclination_rad[25]) == pytest.approx(53.0, abs=1e-12)
    assert 97.5 < math.degrees(fleet.inclination_rad[0]) < 98.5  # sun-synchronous at 650 km: 97.99 by J2
    np.testing.assert_array_equal(model.sample_rows, [3, 9, 16, 22])


def test_rings_at_dawn_and_dusk_stand_half_a_turn_apart():
    fleet = built().constellation
    assert math.degrees(fleet.raan_rad[3] - fleet.raan_rad[0]) % 360 == pytest.approx(180.0, abs=1e-9)
    star = np.degrees(fleet.raan_rad[fleet.shell == 1][::5])
    np.testing.assert_allclose(np.diff(star), 45.0, atol=1e-9)


def test_a_satellite_in_si():
    satellite = built().satellite_types["starmind_ai1"]
    assert satellite.mass_kg == 3000.0
    assert satellite.bus_power_w == 6000.0
    assert satellite.array.degradation_per_year == pytest.approx(0.025, rel=1e-15)
    assert satellite.battery.capacity_j == pytest.approx(117 * 3.6e6)
    assert satellite.battery.charge_rate_per_s == pytest.approx(0.5 / 3600)
    assert satellite.compute.memory_byte == pytest.approx(186e9)
    assert satellite.compute.memory_rate_byte_s == pytest.approx(8e12)
    assert satellite.radiator.heat_capacity_j_k == 8e5


def test_a_site_in_si():
    site = built().sites[0]
    assert site.rated_it_power_w == pytest.approx(250e6)
    assert site.peak_flop_s == pytest.approx(200_000 * 0.989e15 + 20_000 * 2.5e15)
    assert (site.latitude_deg, site.longitude_deg) == (pytest.approx(35.06), pytest.approx(-90.16))
    assert site.battery.capacity_j == pytest.approx(811 * 3.6e9)
    assert site.water_l_per_kwh_cooling == pytest.approx(1.8)
    assert site.uplink_bit_s == 3.2e12
    july = site.climate.outside_k(datetime(2026, 7, 20, 21, tzinfo=UTC), np.zeros(1), site.longitude_deg)[0]
    assert july == pytest.approx(290.6 + 11.4 + 5.3, abs=0.1)  # 15 h solar time on the warmest day: 34 °C


def test_a_site_full_of_its_own_work_offers_nothing_and_draws_all():
    full = build(load_scenario({**TREE, "sites": [{"preset": "colossus_2"}]})).sites[0]
    assert full.peak_flop_s == 0.0
    assert full.rated_it_power_w == pytest.approx(833e6)
    half = build(load_scenario({**TREE, "sites": [{"preset": "colossus_2", "busy": 0.5}]})).sites[0]
    assert half.rated_it_power_w == pytest.approx(833e6)
    assert half.peak_flop_s == pytest.approx(275_000 * 2.5e15)


def test_work_in_flop_and_bits():
    workload = built().workload
    interactive, training = workload.classes[0], workload.classes[3]
    assert interactive.flop_per_request == pytest.approx(2 * 70.6e9 * 1900 / 0.30)
    assert interactive.request_bit == pytest.approx(1600 * 1900)
    assert training.flop_per_request == pytest.approx(6 * 8.03e9 * 1e6 / 0.40)
    assert training.request_bit == pytest.approx(64e6)
    assert (interactive.rtt_limit_s, interactive.wait_limit_s, training.rtt_limit_s) == (0.1, 60.0, math.inf)
    assert workload.classes[2].peak_hour == 15.0


def test_demand_is_a_share_of_all_peaks_or_a_rate():
    peak = 26 * 100 * 2.5e15 + 2.478e20
    assert built().workload.demanded_flop_s() == pytest.approx(0.72 * peak)
    assert built(workload__demand={"rate": "3 EFLOP/s"}).workload.demanded_flop_s() == pytest.approx(3e18)
    assert built(workload__demand__share="30 %").workload.demanded_flop_s() == pytest.approx(0.3 * peak)


def test_gateways_and_network_in_si():
    model = built(gateways__stations__tokyo__antennas=3)
    tokyo = next(gateway for gateway in model.gateways if gateway.name == "tokyo")
    assert tokyo.capacity_bit_s == 3 * 20e9
    assert model.gateways[0].capacity_bit_s == 16 * 20e9
    assert tokyo.min_elevation_rad == pytest.approx(math.radians(25))
    assert model.network.fibre_delay_s_m == pytest.approx(4.9e-9)
    assert model.network.hop_delay_s == pytest.approx(50e-6)


def test_sample_rows_may_be_named_and_must_be_there():
    np.testing.assert_array_equal(built(output__sample=[25, 0]).sample_rows, [0, 25])
    np.testing.assert_array_equal(built(output__sample=1000).sample_rows, np.arange(26))
    assert built(output__sample=0).sample_rows.size == 0
    with pytest.raises(ScenarioError, match="there is no satellite in row 26"):
        built(output__sample=[26])


def test_a_filed_constellation_is_scaled_to_the_last_satellite():
    model = built(constellation={"preset": "fcc_2026", "satellites": 1234, "variant": "as_filed"})
    assert model.constellation.n_satellite == 1234
    assert any("not sun-synchronous" in warning for warning in model.warnings)


def test_a_cluster_is_a_short_arc():
    shell = {"altitude": "650 km", "inclination": "98 deg", "planes": 1, "per_plane": 81, "in_plane_spacing": "150 m"}
    fleet = built(constellation={"walker": shell}).constellation
    ends = fleet.positions(np.array([np.datetime64("2026-06-21T00:00:00")]))[[0, 80], 0]
    # short-period terms move radius and phase by about 0.1 %
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(80 * 150.0, rel=3e-3)


def test_tables_lie_beside_the_scenario(tmp_path):
    (tmp_path / "orbits.csv").write_text(
        "altitude_km,inclination_deg,raan_deg,arg_latitude_deg,satellite_type\n600,53,0,0,starmind_ai1\n610,53,10,20,\n"
    )
    scenario = tmp_path / "s.yaml"
    scenario.write_text(
        "format: 1\nname: table\ntime: {start: 2026-06-21, duration: 1 h}\n"
        "constellation: {elements: {file: orbits.csv}}\nsatellite: {preset: starmind_ai1}\n"
    )
    loaded = load_scenario(scenario)
    check_files(loaded)
    assert build(loaded).constellation.n_satellite == 2
    missing = loaded.replace({"constellation.elements.file": "none.csv"})
    with pytest.raises(ScenarioError, match=r"constellation.elements.file: there is no file 'none.csv'"):
        check_files(missing)
    head = "altitude_km,inclination_deg,raan_deg,arg_latitude_deg,satellite_type\n"
    (tmp_path / "orbits.csv").write_text(head + "600,53,0,0,other\n")
    with pytest.raises(ScenarioError, match="no satellite is called other"):
        build(loaded)


def test_an_hourly_climate_replaces_the_cosines(tmp_path):
    (tmp_path / "outside.csv").write_text("temperature_c\n" + "20\n" * 8760)
    scenario = tmp_path / "s.yaml"
    scenario.write_text("format: 1\nname: x\n")
    tree = {**TREE, "sites": [{"preset": "colossus_1", "climate": {"file": str(tmp_path / "outside.csv")}}]}
    climate = build(load_scenario(tree)).sites[0].climate
    assert climate.outside_k(datetime(2026, 7, 1, tzinfo=UTC), np.zeros(1), 0.0)[0] == pytest.approx(293.15)


def event(kind="attitude_loss", **fields):
    return {"kind": kind, "start": "2026-06-21T00:30:00Z", **fields}


def test_events_by_rows_and_by_shell():
    lost = event(rows=[5, 2], end="2026-06-21T01:00:00Z", array_cosine=0.25)
    strings = event("cell_string_lost", shell="shell_1", share=0.125)
    first, second = built(events=[lost, strings]).events
    assert first.rows.tolist() == [2, 5]
    assert (first.start_s, first.end_s) == (1800.0, 3600.0)
    assert (first.array_pointing, first.radiator_sun, first.strings_lost) == (0.25, 0.0, 0.0)
    assert second.rows.tolist() == list(range(6, 26))
    assert (second.start_s, second.end_s) == (1800.0, math.inf)
    assert (second.array_pointing, second.strings_lost) == (1.0, 0.125)


def test_events_of_planes_ground_sun_and_demand():
    until = {"end": "2026-06-21T01:00:00Z"}
    model = built(
        events=[
            event("plane_lost", shell="rings", planes=[1], **until),
            event("gateway_down", gateway="tokyo", share=0.25, **until),
            event("hall_lost", site="colossus_1", share=0.4),
            event("grid_curtailed", site="colossus_1", limit="100 MW", **until),
            event("solar_storm", factor=50, **until),
            event("demand_surge", factor=2, job_class="batch", region="brazil"),
        ]
    )
    (plane,) = model.events
    assert plane.rows.tolist() == [3, 4, 5]
    assert plane.compute_lost == 1.0
    (arc,), (storm,) = model.outages.arcs, model.outages.storms
    assert model.gateways[arc.arc].name == "tokyo"
    assert (arc.spell.factor, arc.spell.start_s, arc.spell.end_s) == (0.75, 1800.0, 3600.0)
    assert storm.factor == 50.0
    (hall,) = model.sites[0].halls
    assert (hall.factor, hall.end_s) == (0.6, math.inf)
    assert [(change.time_s, change.limit_w) for change in model.sites[0].grid_changes] == [(1800, 100e6), (3600, 300e6)]
    ((chosen, surge),) = model.workload._surges
    assert (chosen.sum(), surge.factor) == (1.0, 2.0)


def test_dated_limits_of_a_site():
    """Each kind holds from its date to the next; the least of power, line and event counts for the grid."""
    limits = [
        {"start": "2026-06-21T01:00:00Z", "interconnection": "200 MW", "water": "86.4 m3/day"},
        {"start": "2026-06-20", "power": "250 MW", "land": 0.5},
        {"start": "2026-06-21T01:30:00Z", "interconnection": "280 MW"},
    ]
    cut = event("grid_curtailed", site="colossus_1", limit="100 MW", end="2026-06-21T01:15:00Z")
    site = built(sites=[{"preset": "colossus_1", "limits": limits}], events=[cut]).sites[0]
    changes = [(change.time_s, change.limit_w / 1e6) for change in site.grid_changes]
    assert changes == [(-86400.0, 250.0), (1800.0, 100.0), (4500.0, 200.0), (5400.0, 250.0)]
    assert site.water_limit_l_s.at(np.array([0.0, 3599.0, 3600.0])).tolist() == [math.inf, math.inf, pytest.approx(1.0)]
    (land,) = site.halls
    assert (land.factor, land.end_s) == (0.5, math.inf)
    with pytest.raises(ScenarioError, match="nothing is limited"):
        built(sites=[{"preset": "colossus_1", "limits": [{"start": "2026-06-20"}]}])


def test_lost_lasers_cut_off_their_share_to_the_fourth():
    shell = [{"name": "one", "altitude": "600 km", "inclination": "53 deg", "planes": 100, "per_plane": 100}]
    lost = {share: built(constellation__shells=shell, events=[event("lasers_lost", share=share)]).events[0].rows
            for share in (0.5, 0.8, 1.0)}  # fmt: skip
    assert lost[1.0].size == 10_000
    for share in (0.5, 0.8):  # four lasers; four standard deviations of a binomial of 10,000
        assert abs(lost[share].size - 1e4 * share**4) < 4 * math.sqrt(1e4 * share**4 * (1 - share**4))
    assert set(lost[0.5].tolist()) < set(lost[0.8].tolist())  # chance is the satellite's own


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (event(rows=[26], array_cosine=0.3), "events[0].rows: there is no satellite in row 26; the fleet has rows"),
        (event(shell="ring", array_cosine=0.3), "no shell is called 'ring'; there are rings, shell_1"),
        (event(array_cosine=0.3), "no satellites are named"),
        (event(rows=[1], shell="rings", array_cosine=0.3), "rows and shell are both given"),
        (event(rows=[1, 1], array_cosine=0.3), "a row stands twice"),
        (event(rows=[1]), "attitude_loss needs array_cosine"),
        (event(rows=[1], array_cosine=0.3, share=0.1), "events[0].share: attitude_loss has no share; take it away"),
        (event(rows=[1], array_cosine=1.3), "above 1"),
        (event("cell_string_lost", rows=[1], share=0.1, end="2026-06-22"), "cell_string_lost has no end"),
        (event(rows=[1], array_cosine=0.3, end="2026-06-21"), "events[0].end: the event ends before it begins"),
        (event(rows=[1], array_cosine=0.3, end="2026-06-21T00:31:00Z"), "too short; events last for whole windows"),
        (event(rows=[1], array_cosine=0.3, start="2026-06-21T02:00:00Z"), "events[0].start: the event begins after"),
        (event(rows=[1], array_cosine=0.3, start="2026-06-20", end="2026-06-21"), "the event is over before the run"),
        (
            event("plane_lost", shell="rings", planes=[1, 2]),
            "events[0].planes: there is no plane 2; rings has planes 0 to",
        ),
        (event("plane_lost", planes=[1]), "plane_lost needs shell"),
        (event("gateway_down", gateway="atlantis"), "events[0].gateway: no gateway is called 'atlantis'; there are"),
        (event("hall_lost", site="colossus_9", share=0.5), "no site is called 'colossus_9'; there are colossus_1"),
        (event("hall_lost", site="colossus_1", share=1.5), "above 1"),
        (event("grid_curtailed", site="colossus_1", limit="-1 MW"), "below 0 kW"),
        (event("demand_surge", factor=2, region="moon"), "no region is called 'moon'"),
        (event("demand_surge", factor=2, job_class="chess"), "no class is called 'chess'"),
        (event("solar_storm", factor=-1), "-1 is below 0"),
        (event("solar_storm", factor=2, rows=[1]), "events[0].rows: solar_storm has no rows"),
    ],
)
def test_events_that_cannot_be(one, says):
    with pytest.raises(ScenarioError) as raised:
        built(events=[one])
    assert says in str(raised.value)


def test_a_step_that_temperatures_cannot_follow_is_refused():
    # 4 · 0.9 · 5.67e-8 · 220 · 0.95 · 330³ = 1533 W/K: 1 kJ/K follow within 0.65 s, and 60 s need 18.4 kJ/K
    with pytest.raises(ScenarioError) as raised:
        built(satellite__radiator__heat_capacity="1 kJ/K", satellite__array__heat_capacity="0.1 kJ/m2/K")
    cells, radiator = raised.value.problems
    assert cells.path == "satellite.array.heat_capacity"
    assert str(radiator) == (
        "satellite.radiator.heat_capacity: 1 kJ/K follow the heat within 0.652 s at 330 K; a step of 60 s may be "
        "5 times that; raise it to 18.5 kJ/K, or shorten the step to 3.24 s."
    )
    built(satellite__radiator__heat_capacity="18.5 kJ/K")
    built(time__step="2.5 s", satellite__radiator__heat_capacity="1 kJ/K")
    built(time__step="600 s", time__window="10 min")
    with pytest.raises(ScenarioError, match=r"radiator.heat_capacity: 800 kJ/K follow"):
        built(time__step="600 s", time__window="10 min", satellite__radiator__area="1000 m2")


def test_a_coating_and_a_battery_age_over_life():
    spec = built(satellite__age="5 years", satellite__radiator__coating="osr").satellite_types["starmind_ai1"]
    assert (spec.radiator.solar_absorptivity, spec.radiator.absorptivity_end) == (0.07, 0.15)
    assert (spec.age_s, spec.life_s) == (5 * 31557600.0, 5 * 31557600.0)
    assert built(satellite__radiator__solar_absorptivity=0.2).satellite_types[
        "starmind_ai1"
    ].radiator.absorptivity_end == pytest.approx(0.3)
    with pytest.raises(ScenarioError, match="coatings darken"):
        built(satellite__radiator__absorptivity_end=0.1)


def test_a_measured_power_curve(tmp_path):
    path = tmp_path / "curve.csv"
    path.write_text("power,throughput\n0.2,0\n0.5,0.7\n1,1\n", encoding="utf-8")
    for curve in ([[0.2, 0], [0.5, 0.7], [1, 1]], str(path)):
        model = built(satellite__compute__power_curve=curve)
        compute = model.satellite_types["starmind_ai1"].compute
        assert compute.idle_fraction == 0.2
        assert compute.exponent == pytest.approx(2.74994, abs=1e-4)
        assert not model.warnings
    warned = built(satellite__compute__power_curve=[[0.2, 0], [0.5, 0.2], [0.6, 0.9], [1, 1]]).warnings
    assert "misses the measured curve by up to" in warned[0]
    for text, says in (
        ("watt,rate\n1,1\n", "its columns are others"),
        ("power,throughput\n0.2,none\n", ":2:1: '0.2,none' are not two numbers"),
        ("power,throughput\n0.2,0\n1,1\n", "2 pairs says too little"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ScenarioError) as raised:
            built(satellite__compute__power_curve=str(path))
        assert says in str(raised.value)


def test_calibrated_rates_reach_the_fleet():
    """The node of a 550 km orbit drifts otherwise with Sun and Moon; the arc is that of `model.calibration`."""
    plain, held = (built(**{"constellation.rates": rates}).constellation for rates in ("theory", "calibrated"))
    assert plain.correction is None
    assert held.correction is not None
    node_s = held.orbits[0][:, 6] - plain.orbits[0][:, 6]
    assert 0.0 < np.abs(node_s / plain.orbits[0][:, 6]).max() < 3e-3


def test_calibrated_rates_are_not_for_element_sets():
    tree = {**TREE, "constellation": {"element_sets": "fleet.tle", "rates": "calibrated"}}
    with pytest.raises(ScenarioError, match="rates are calibrated for the orbit theory only"):
        load_scenario(tree)

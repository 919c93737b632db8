"""Leases from a scenario: presets, dates, two sites that share an owner's work, and what cannot be."""

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario

TREE = {
    "format": 1,
    "name": "lease",
    "time": {"start": "2026-06-01", "duration": "2 h"},
    "constellation": {
        "shells": [{"altitude": "600 km", "inclination": "53 deg", "planes": 1, "per_plane": 2}],
    },
    "satellite": {"preset": "starmind_ai1"},
    "sites": [{"preset": "colossus_1"}, {"preset": "colossus_2", "busy": 0.5}],
    "output": {"sample": 0},
}
DAY_S = 86400.0


def built(*leases, **changes):
    return build(load_scenario({**TREE, **changes, "lease": list(leases)}))


def lease(preset="s1_90day", site="colossus_1", **fields):
    return {"preset": preset, "site": site, **fields}


def held(site, day):
    return min((line.at(day * DAY_S) for line in site.customer), default=1.0)


@pytest.mark.parametrize(("preset", "goes"), [("s1_90day", 91.0), ("lease_180_then_90", 244.0), ("immediate", 1.0)])
def test_presets_of_terms_by_date(preset, goes):
    """A lease of 6 May 2026, notice on 2 June: 90 days on, or 90 days after 2 November, or at once."""
    model = built(lease(preset, start="2026-05-06", handover="0 s", reclaim="2026-06-02"))
    (one,) = model.leases
    assert one.goes_s == goes * DAY_S
    assert one.rent_usd_year == pytest.approx(15e9)
    assert held(model.sites[0], goes - 0.01) == 1.0
    assert held(model.sites[0], goes) == 0.0


def test_the_owners_work_moves_as_far_as_there_is_room():
    move = {"to": "colossus_2", "start": "2026-06-01", "duration": "10 days"}
    model = built(lease(start="2026-06-01", handover="0 s", stages=1, move=move))
    first, second = model.sites
    assert held(first, 0.0) == 0.0
    for day in (0.0, 5.0, 10.0, 50.0):
        work = (1.0 - held(first, day)) * first.peak_flop_s + (1.0 - held(second, day)) * second.peak_flop_s
        assert work == pytest.approx(first.peak_flop_s, rel=1e-12)
    assert held(first, 10.0) == pytest.approx(1.0)  # half of 550,000 GB200 has room for all


@pytest.mark.parametrize(
    ("items", "says"),
    [
        ([lease(site="atlantis")], "lease[0].site: no site is called 'atlantis'; there are colossus_1, colossus_2"),
        ([lease(), lease()], "lease[1].site: colossus_1 is in two leases"),
        ([lease("s2_90day")], "no preset of leases is called 's2_90day'; the nearest is 's1_90day'"),
        ([{"site": "colossus_1"}], "notice is missing; give it (or name a preset)"),
        ([lease(notice="-1 day")], "is below 0 s"),
        ([lease(share=0)], "not above 0"),
        ([lease(move={"to": "colossus_1", "start": "2026-06-01"})], "the owner's work moves to where it is"),
        ([lease(start="2026-06-01", reclaim="2026-05-01")], "notice is given before the lease begins"),
    ],
)
def test_leases_that_cannot_be(items, says):
    with pytest.raises(ScenarioError) as raised:
        built(*items)
    assert says in str(raised.value)


def test_a_full_site_has_no_room():
    move = {"to": "colossus_2", "start": "2026-06-01"}
    with pytest.raises(ScenarioError, match="colossus_2 has no accelerator free"):
        built(lease(move=move), sites=[{"preset": "colossus_1"}, {"preset": "colossus_2"}])

"""What a run's dispatch keeps and weighs beside value: satellites' own limits, tiers, fairness, energy."""

import numpy as np
import pytest

import orbital_compute as oc
from orbital_compute.scenario.build import build
from orbital_compute.scenario.load import load_scenario
from orbital_compute.simulate import Simulation
from orbital_compute.study.foresight import small_case

MERGED = 0.005  # merging loss that must not be passed
HOURS = 8760


HEAVY = {"llama_3_1_405b": {"parameters": 1e12, "parameter_size": "64 byte"}}  # 64 TB, three satellites' memory


def case(**changes):
    """Forty satellites over half an hour, asked for more than they have."""
    base = small_case(10)
    base["time"] = {**base["time"], "duration": "30 min"}
    base["constellation"]["walker"] |= {"planes": 4, "per_plane": 10}
    base["gateways"]["antenna_rate"] = "200 Gbit/s"
    base["workload"] = {"preset": "default", "demand": {"share": 1.2}}
    return {**base, **changes}


def with_media(rate, **agent):
    """The case with a class of images among the text, and a terminal."""
    scenario = case()
    scenario["satellite"] = {**scenario["satellite"], "terminal": {"rate": rate}}
    media = {
        "kind": "interactive", "model": "llama_3_1_70b", "tokens_in": "1500 tokens", "tokens_out": "400 tokens",
        "mfu": 0.3, "bits_per_token": "500000 bit/token", "value": 12.0, "share": 0.3, "rtt_limit": "100 ms",
        "wait_limit": "60 s",
    }  # fmt: skip
    scenario["workload"] = {**scenario["workload"], "classes": {"media": media, "agent": agent}}
    return scenario


def windows(scenario):
    simulation = Simulation(build(load_scenario(scenario)), threads=1)
    try:
        while not simulation.done:
            simulation.step()
            yield simulation
    finally:
        simulation.close()


def test_each_satellite_keeps_its_own_terminal_and_merging_loses_next_to_nothing():
    bound = 0
    for run in windows(with_media("20 Gbit/s")):
        assignment, own = run.assignment, run.own
        programme = assignment.programme
        n = run.signature_key.size
        taken = assignment.group_flop @ programme.group_use.T
        assert (taken[:n] <= programme.own_limit[:n]).all()
        bound += int((taken[:n] >= 0.999 * programme.own_limit[:n])[programme.limited[:n]].sum())
        assert run.merging_loss <= MERGED
        assert assignment.gap < 1e-6
        # satellites of one signature have limits between the same two uses: none has less than the work that all carry
        per_offer = own.limits[0].amount[0] / np.maximum(run.space.offer_flop[: run.fleet.n_satellite], 1.0)
        signature = run.space.signature[: run.fleet.n_satellite]
        assert (per_offer >= programme.own_below[signature, 0] * (1 - 1e-12)).all()
        placed = np.bincount(signature, run.space.assigned_flop[: run.fleet.n_satellite], n)
        assert placed == pytest.approx(assignment.signature_flop[:n], rel=1e-6, abs=1e12)
    assert bound > 0  # it does bind somewhere


def test_memory_beside_the_terminal():
    losses = [
        run.merging_loss for run in windows(with_media("20 Gbit/s", residence="900 s")) if len(run.own.limits) == 2
    ]
    print(f"largest merging loss with terminal and memory: {max(losses):.3%}")
    assert max(losses) <= MERGED


def test_a_terminal_that_cannot_bind_changes_no_bit():
    runs = [oc.simulate(with_media(rate)) for rate in ("300 Gbit/s", "1 Tbit/s")]
    for name in ("executed_flop", "served", "dispatch_objective", "signatures"):
        assert np.array_equal(runs[0].dataset[name], runs[1].dataset[name])
    narrow = oc.simulate(with_media("2 Gbit/s"))
    served = [float(r.dataset["served"].sel(job_class="media").sum()) for r in (runs[0], narrow)]
    assert served[1] < 0.5 * served[0]


def test_a_first_tier_is_served_before_dearer_work():
    scenario = case()
    served = {}
    for tier in (1, 2):
        others = {name: {"tier": tier} for name in ("interactive", "agent", "batch")}
        results = oc.simulate({**scenario, "workload": {**scenario["workload"], "classes": others}})
        served[tier] = results.dataset["credited_orbit_flop"].sum("time")
    training = {tier: float(flop.sel(job_class="training")) for tier, flop in served.items()}
    assert training[2] > 3.0 * max(training[1], 1.0)


def test_fairness_leaves_no_region_without():
    shares = {}
    for policy in ("optimal", {"name": "optimal", "fairness": 1}):
        data = oc.simulate(case(policy=policy)).dataset
        done = data["under_way_flop"].isel(time=-1) + data["served"].sum("time") * data["flop_per_request"]
        asked = data["arrived"].sum("time") * data["flop_per_request"]
        shares[str(policy)] = (done / asked).sel(job_class="batch")
    alike = [float(one.min() / one.max()) for one in shares.values()]
    assert alike[1] > 0.4
    assert alike[1] > 2 * alike[0]


def site(name, path):
    return {
        "preset": "colossus_1", "name": name, "gpus": {"h100": 1000, "h200": None, "gb200": None},
        "other_power": "0 MW", "grid": {"limit": "5 MW", "hourly": str(path)}, "battery": {"capacity": "0 Wh"},
    }  # fmt: skip


@pytest.fixture
def priced(tmp_path):
    """Two equal sites; the one's grid is dear and dirty in odd hours of the day, the other's in even ones."""
    sites = []
    for name, dear in (("even", 1), ("odd", 0)):
        rows = [f"{0.5 if hour % 2 == dear else 0.02},{0.8 if hour % 2 == dear else 0.05}" for hour in range(HOURS)]
        path = tmp_path / f"{name}.csv"
        path.write_text("usd_per_kwh,kg_per_kwh\n" + "\n".join(rows) + "\n", encoding="utf-8")
        sites.append(site(name, path))
    scenario = case(sites=sites)
    scenario["time"] = {**scenario["time"], "duration": "4 h", "window": "15 min"}
    scenario["constellation"]["walker"] |= {"planes": 1, "per_plane": 1}
    scenario["workload"] = {"preset": "default", "demand": {"rate": "0.8 EFLOP/s", "share": None}}
    return scenario


def share_of_even(scenario):
    """The share of the sites' work that the site with dear odd hours does, in even hours and in odd ones."""
    data = oc.simulate(scenario).dataset
    work = data["site_executed_flop"]
    hour = data["time"].values.astype("datetime64[s]").astype(int) // 3600 % 2
    share = (work.sel(site="even") / work.sum("site")).values
    return share[hour == 0].mean(), share[hour == 1].mean()


@pytest.mark.parametrize(
    "energy", [{"worth": "0.5 USD/EFLOP"}, {"worth": "50 USD/EFLOP", "carbon_price": "100000 USD/t"}]
)
def test_work_moves_to_where_energy_is_cheap(priced, energy):
    even, odd = share_of_even({**priced, "policy": {"name": "optimal", "energy": energy}})
    print(f"{energy}: the site does {even:.0%} of the work in its cheap hours, {odd:.0%} in its dear ones")
    assert even > 0.9
    assert odd < 0.1


def test_without_weights_prices_change_nothing(priced):
    even, odd = share_of_even(priced)
    assert even == pytest.approx(odd, abs=0.1)


def test_work_that_is_worth_less_than_its_energy_waits_for_the_cheap_hours(priced):
    priced["sites"] = priced["sites"][:1]
    data = oc.simulate({**priced, "policy": {"energy": {"worth": "0.1 USD/EFLOP"}}}).dataset
    work = data["executed_site_flop"].sel(job_class="training")
    hour = data["time"].values.astype("datetime64[s]").astype(int) // 3600 % 2
    assert float(work[hour == 1].sum()) < 0.01 * float(work[hour == 0].sum())


def test_energy_without_hourly_prices_is_refused(priced):
    priced["sites"][0]["grid"] = {"limit": "5 MW"}
    with pytest.raises(
        oc.ScenarioError, match=r"sites.even.grid.hourly: policy.energy weighs its grid, .* usd_per_kwh"
    ):
        build(load_scenario({**priced, "policy": {"energy": {"worth": "0.5 USD/EFLOP"}}}))


def test_a_model_too_large_for_satellites_is_left_to_the_site():
    scenario = case(sites=[{"preset": "colossus_1"}])
    scenario["workload"] = {**scenario["workload"], "models": HEAVY,
                            "classes": {"agent": {"serving": None}}}  # fmt: skip
    data = oc.simulate(scenario).dataset
    assert float(data["executed_orbit_flop"].sel(job_class="agent").sum()) == 0.0
    assert float(data["executed_site_flop"].sel(job_class="agent").sum()) > 0.0


@pytest.mark.parametrize(
    ("policy", "says"),
    [
        ({"name": "best"}, "is no policy"),
        ({"name": "optimal", "user": "a.py:f"}, "is no policy"),
        ({"fairness": 0}, "0 is not above 0"),
        ({"energy": {"carbon_price": "1 USD/t"}}, "does not say how energy is weighed"),
        ({"energy": {"worth": "5 USD"}}, "unit of the wrong kind"),
    ],
)
def test_a_policy_that_is_none_is_refused(policy, says):
    with pytest.raises(oc.ScenarioError, match=says):
        load_scenario(case(policy=policy))


def test_a_policy_reads_back_as_it_was_written():
    policy = {"name": "price", "fairness": 2, "energy": {"worth": "0.5 USD/EFLOP", "carbon_price": "100 USD/t"}}
    scenario = load_scenario(case(policy=policy))
    assert load_scenario(scenario.to_dict()).policy == policy


@pytest.mark.parametrize(
    "changes", [{"satellite": {"preset": "starmind_ai1", "terminal": {"rate": "1 Mbit/s"}}},
                {"workload": {"preset": "default", "classes": {"batch": {"tier": 2}}}},
                {"policy": {"name": "optimal", "fairness": 1}}],
)  # fmt: skip
def test_the_whole_horizon_is_not_solved_for_other_goals(changes):
    with pytest.raises(oc.ScenarioError, match="the whole horizon is solved without it"):
        oc.reference_dispatch(case(**changes))


def test_clusters_and_own_limits_do_not_go_together():
    scenario = with_media("20 Gbit/s")
    scenario["network"] = {"cluster": {"satellites": 10}}
    scenario["workload"]["classes"]["training"] = {"gang": {"chips": 500}}
    with pytest.raises(oc.ScenarioError, match="are not divided among the members of a training cluster"):
        oc.simulate(scenario)

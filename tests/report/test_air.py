"""Tables of the air in the report: words and figures of made-up results, and a fleet through three days."""

from datetime import UTC, datetime

import numpy as np
import xarray as xr
from air_results import DAY, START, data
from small_fleet import design

from orbital_compute.analysis.air import YEAR_S
from orbital_compute.model import air as model
from orbital_compute.model.air_spec import AirSpec
from orbital_compute.model.constellation import Constellation
from orbital_compute.report.air import by_shell, over_the_run, rule_of, tables
from orbital_compute.results import Results


def test_run_without_air_has_no_tables():
    empty = data().drop_vars(["lifetime_s", "air_propellant_kg"])
    assert by_shell(empty) is None
    assert over_the_run(empty) is None
    assert tables(Results({}, lambda: empty)) == []


def test_tables_of_the_report():
    rows = by_shell(data())
    assert [row[0].split(",")[0] for row in rows.rows] == ["low", "high"]
    assert rows.rows[0][1:] == ("2.0", "0.20", "4.0", "1.0", "0.20", "1.5", "yes")
    assert rows.rows[1][-1] == "no, but under an active Sun"
    assert len(rows.heads) == len(rows.rows[0])
    assert dict(over_the_run(data()).rows)["Failed satellites in orbit at the end"] == "6"


def test_from_the_model_to_the_table():
    constellation = Constellation.preset(
        "fcc_2026", satellites=2000, variant="sso_corrected", epoch=datetime(2026, 11, 22, tzinfo=UTC)
    )
    ai1 = design("ai1", array={"area_m2": 600.0}, radiator={"area_m2": 110.0})
    air = model.FleetAir(AirSpec(), constellation, {"ai1": ai1})
    alive = np.bincount(constellation.shell, minlength=air.n_shell)
    outlook = air.outlook()
    days = [air.new_day(k * 86400.0, 86400.0, alive, (alive > 5).astype(int)) for k in range(3)]
    dims = ("shell", "solar_activity")
    made = xr.Dataset(
        {
            "lifetime_s": (dims, outlook.lifetime_s),
            "drag_delta_v_m_s": (dims, outlook.delta_v_m_s),
            "drag_propellant_kg": (dims, outlook.propellant_kg),
            "air_delta_v_m_s": (("day", "shell"), np.array([day.delta_v_m_s for day in days])),
            "air_propellant_kg": (("day", "shell"), np.array([day.propellant_kg for day in days])),
            "failed_in_orbit": (("day", "shell"), np.array([day.failed_in_orbit for day in days])),
            "reentered": (("day", "shell"), np.array([day.reentered for day in days])),
        },
        coords={
            "solar_activity": list(model.ACTIVITY),
            "day": START + np.arange(3) * DAY,
            "shell": constellation.shell_names,
            "shell_satellites": ("shell", alive),
            "shell_altitude_m": ("shell", air.shell_mean(air.altitude_m)),
            "shell_inclination_deg": ("shell", np.degrees(air.shell_mean(air.inclination_rad))),
        },
    )
    rows = by_shell(made)
    print()
    for row in (rows.heads, *rows.rows):
        print(" | ".join(row))
    print("\n".join(" | ".join(row) for row in over_the_run(made).rows))
    assert len(rows.rows) == 6  # the filed groups
    sun = "no, but under an active Sun"
    assert [row[-1] for row in rows.rows] == ["yes", "yes", sun, sun, "no", "no"]


def test_rule_is_the_scenarios():
    scenario = {"health": {"air": {"lifetime_rule": "1 year"}}}
    assert rule_of(scenario) == 31557600.0
    assert rule_of({}) == rule_of({"health": {"air": None}}) == 5 * YEAR_S
    made = tables(Results({"scenario": scenario}, data))
    assert made[0].rows[0][-1] == "no, but under an active Sun"
    assert made[0].heads[-1] == "Within 1 years"
    assert [rows.title for rows in made] == ["Holding heights, and coming down", "Air, over the run"]

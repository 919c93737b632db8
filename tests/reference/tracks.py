"""Orbits: Dormand-Prince 8 of scipy, with zonals of EGM96, Sun and Moon."""

import math
from datetime import datetime

import numpy as np
from made import DAY_S, EARTH, MOON, SUN, TIME, at, case, write, write_json
from scipy.integrate import solve_ivp
from scipy.interpolate import CubicSpline
from skyfield.framelib import itrs

# EGM96 (NASA/TP-1998-206861, public domain): normalised zonals C(n,0), its own radius and mu
EGM96_RADIUS_KM, EGM96_MU = 6378.1363, 398600.4415
ZONALS = {
    2: -0.484165371736e-3, 3: 0.957254173792e-6, 4: 0.539873863789e-6, 5: 0.685323475630e-7,
    6: -0.149957994714e-6, 7: 0.909789371450e-7, 8: 0.496711667324e-7,
}  # fmt: skip
MU_SUN, MU_MOON = 132712440018.0, 4902.800066
ORBITS = [
    {"id": "A11_inc97_575", "epoch_utc": "2026-05-01T00:00:00Z", "a_km": 6953.137, "e": 0.001, "i_deg": 97.6,
     "raan_deg": 130.0, "argp_deg": 90.0, "M_deg": 15.0},
    {"id": "A12_inc30_560", "epoch_utc": "2026-05-01T00:00:00Z", "a_km": 6938.137, "e": 0.0008, "i_deg": 30.0,
     "raan_deg": 10.0, "argp_deg": 90.0, "M_deg": 200.0},
    {"id": "A13_inc63_1500", "epoch_utc": "2025-10-10T00:00:00Z", "a_km": 7878.137, "e": 0.002, "i_deg": 63.4,
     "raan_deg": 300.0, "argp_deg": 60.0, "M_deg": 100.0},
]  # fmt: skip


def first_state(orbit, true_of_date):
    """Return position [km] and velocity [km/s] in GCRS axes of osculating elements in the true equator of date."""
    e, mean = orbit["e"], math.radians(orbit["M_deg"])
    big = mean
    for _ in range(30):
        big -= (big - e * math.sin(big) - mean) / (1 - e * math.cos(big))
    a, n = orbit["a_km"], math.sqrt(EGM96_MU / orbit["a_km"] ** 3)
    r = a * np.array([math.cos(big) - e, math.sqrt(1 - e * e) * math.sin(big), 0.0])
    v = a * n / (1 - e * math.cos(big)) * np.array([-math.sin(big), math.sqrt(1 - e * e) * math.cos(big), 0.0])

    def turn(axis, angle):
        c, s, m = math.cos(angle), math.sin(angle), np.eye(3)
        j, k = (axis + 1) % 3, (axis + 2) % 3
        m[j, j] = m[k, k] = c
        m[j, k], m[k, j] = -s, s
        return m

    to_date = turn(2, math.radians(orbit["raan_deg"])) @ turn(0, math.radians(orbit["i_deg"]))
    to_date = to_date @ turn(2, math.radians(orbit["argp_deg"]))
    return true_of_date.T @ to_date @ r, true_of_date.T @ to_date @ v


def integrated(orbit, model, times):
    """Return states at times [s after the epoch], float64[n, 6]."""
    start = datetime.fromisoformat(orbit["epoch_utc"].replace("Z", "+00:00"))
    node = np.arange(-3, 31 * 8) * 10800.0
    moments = TIME.tt_jd(at(start, 0.0).tt + node / DAY_S)  # seconds that pass, not of UTC
    pole = CubicSpline(node, itrs.rotation_at(moments)[2].T)  # with polar motion: 3 m along the track a day
    sun, moon = (CubicSpline(node, (body - EARTH).at(moments).position.km.T) for body in (SUN, MOON))
    degrees = [2] if model == "J2" else sorted(ZONALS)
    j = {n: -ZONALS[n] * math.sqrt(2 * n + 1) for n in degrees}

    def third(r, body, mu):
        to = body - r
        return mu * (to / np.linalg.norm(to) ** 3 - body / np.linalg.norm(body) ** 3)

    def slope(t, y):
        r, axis = y[:3], pole(t)
        radius = math.sqrt(r @ r)
        s, inverse = r @ axis / radius, EGM96_RADIUS_KM / radius
        along, lean = 1.0, 0.0
        before, now, now_d, power = 1.0, s, 1.0, inverse
        for n in range(2, max(degrees) + 1):
            before, now, now_d = now, ((2 * n - 1) * s * now - (n - 1) * before) / n, n * now + s * now_d
            power *= inverse
            if n in j:
                along -= j[n] * power * ((n + 1) * now + s * now_d)
                lean += j[n] * power * now_d
        pull = -EGM96_MU / radius**2 * (along * r / radius + lean * axis)
        if model == "Z8SM":
            pull = pull + third(r, sun(t), MU_SUN) + third(r, moon(t), MU_MOON)
        return np.concatenate([y[3:], pull])

    first = np.concatenate(first_state(orbit, at(start, 0.0).M))
    found = solve_ivp(slope, (0.0, times[-1]), first, method="DOP853", t_eval=times, rtol=3e-14, atol=1e-10)
    return found.y.T


def orbits():
    """Enter positions after 1, 7 and 30 days, and the tables from which they come."""
    times = np.concatenate([np.arange(0.0, DAY_S, 1200.0), np.arange(1, 31) * DAY_S])
    limits = {"J2": {1: (10, 20), 7: (60, 120), 30: (300, 500)}, "Z8SM": {1: (0.01, 1), 7: (0.1, 7), 30: (1, 30)}}
    for orbit in ORBITS:
        for model in ("J2", "Z8SM"):
            rows = integrated(orbit, model, times)
            text = "t_s,x_km,y_km,z_km,vx_km_s,vy_km_s,vz_km_s\n"
            text += "".join(
                f"{t:.0f},"
                + ",".join(f"{x:.9f}" for x in row[:3])
                + ","
                + ",".join(f"{x:.12f}" for x in row[3:])
                + "\n"
                for t, row in zip(times, rows, strict=True)
            )
            write(f"orbit/highfidelity/{orbit['id']}_{model}.csv", text)
            for days in (1, 7, 30):
                place = rows[np.argmin(np.abs(times - days * DAY_S)), :3]
                _, acceptable = limits[model][days]
                case(f"A.{orbit['id']}.position_{days}d.{model}", "orbit",
                     f"GCRF position {days} days after epoch from the osculating state in row t=0",
                     {"file": f"orbit/highfidelity/{orbit['id']}_{model}.csv"}, list(place), "km",
                     {1: "numerical: 0.01 km", 7: "numerical: 0.1 km", 30: "numerical: 1 km"}[days],
                     f"{acceptable} km", "own integration, scipy DOP853; EGM96 zonals, JPL DE421")  # fmt: skip
            print("orbit", orbit["id"], model, rows[-1, :3])
    write_json("orbit/highfidelity/initial_elements.json", ORBITS)

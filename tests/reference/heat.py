"""Heat, power, network and queues: closed forms, sums over the sky, and scipy."""

import math

import numpy as np
from made import RADIUS_KM, case, write_json
from scipy.integrate import solve_ivp

SIGMA = 5.670374419e-8

HEAT = {
    "spheres": [
        {"id": "D21_sphere_grey_700", "h_km": 700, "alpha": 0.5, "eps": 0.6, "S": 1361, "albedo": 0.30, "ir": 237},
    ],
    "plates": [
        {"id": "D22_plate_white_2side", "alpha": 0.2, "eps": 0.85, "S": 1413, "sides": 2},
        {"id": "D23_plate_gold_1side", "alpha": 0.25, "eps": 0.04, "S": 1322, "sides": 1},
    ],
    "view_factors": [{"id": "D24_vf_575", "h_km": 575}, {"id": "D25_vf_985", "h_km": 985}],
    "radiators": [
        {"id": "D26_rad_white", "eps": 0.92, "sides": 2, "T_sink": 180.0, "T": [260.0, 300.0, 340.0, 358.0]},
    ],
    "two_node": [
        {"id": "D27_two_node_20kW", "T0": [300.0, 290.0], "period": 5790.0, "eclipse": 2120.0, "Qgpu": 20000.0,
         "eclipse_load": 0.4, "G": 1500.0, "C": [3.0e5, 2.5e5], "A": 60.0, "eps": 0.88, "T_sink": 3.0,
         "Qenv_sun": 6000.0, "Qenv_ecl": 4000.0, "revs": 4},
    ],
    "cooldown": [{"id": "D28_cooldown", "C": 2.0e4, "eps": 0.9, "A": 1.5, "T0": 330.0, "T1": 220.0}],
}  # fmt: skip


def cap_view(h_km, tilt):
    """Return the view factor of the Earth from a plate tilted from nadir: sky directions added up, midpoints."""
    rim = math.asin(RADIUS_KM / (RADIUS_KM + h_km))
    theta = (np.arange(2000) + 0.5) / 2000 * rim
    phi = (np.arange(2000) + 0.5) / 2000 * 2 * np.pi
    cosine = math.cos(tilt) * np.cos(theta)[:, None] + math.sin(tilt) * np.sin(theta)[:, None] * np.cos(phi)
    part = np.maximum(cosine, 0.0) * np.sin(theta)[:, None]
    return float(part.sum() * (rim / 2000) * (2 * np.pi / 2000) / np.pi)


def two_node(about):
    """Return temperatures at each switch between light and dark, by scipy DOP853."""
    y, t, found = np.array(about["T0"]), 0.0, []
    for k in range(2 * about["revs"]):
        lit = k % 2 == 0
        end = (k // 2) * about["period"] + (about["period"] - about["eclipse"] if lit else about["period"])
        made = about["Qgpu"] * (1.0 if lit else about["eclipse_load"])
        taken = about["Qenv_sun"] if lit else about["Qenv_ecl"]

        def slope(_, y, made=made, taken=taken):
            through = about["G"] * (y[0] - y[1])
            out = about["A"] * about["eps"] * SIGMA * (y[1] ** 4 - about["T_sink"] ** 4)
            return [(made - through) / about["C"][0], (through + taken - out) / about["C"][1]]

        y = solve_ivp(slope, (t, end), y, method="DOP853", rtol=1e-12, atol=1e-9).y[:, -1]
        t = end
        found.append({"t_s": end, "T_source_K": float(y[0]), "T_radiator_K": float(y[1])})
    return {"switches": found}


def heat():
    """Enter closed forms of heat, and the two-node transient."""
    write_json("thermal/inputs.json", HEAT)

    def enter(about, quantity, reference, unit, excellent, source):
        inputs = {"id": about["id"], "file": "thermal inputs"}
        case(f"D.{about['id']}", "thermal/power", quantity, inputs, reference, unit, excellent, "10 x", source)

    for about in HEAT["spheres"]:
        view = (1 - math.sqrt(1 - (RADIUS_KM / (RADIUS_KM + about["h_km"])) ** 2)) / 2
        a, e = about["alpha"], about["eps"]
        dark = 4 * view * e * about["ir"]
        lit = a * about["S"] + dark + 4 * view * a * about["S"] * about["albedo"]
        temperatures = [(x / (4 * e * SIGMA)) ** 0.25 for x in (lit, dark)]
        enter(about, "sphere below the Sun and in the shadow", temperatures, "K", "0.05 K", "closed form")
    for about in HEAT["plates"]:
        t = (about["alpha"] * about["S"] / (about["sides"] * about["eps"] * SIGMA)) ** 0.25
        enter(about, "plate that faces the Sun, without the Earth", t, "K", "0.02 K", "closed form")
    for about in HEAT["view_factors"]:
        h = (RADIUS_KM + about["h_km"]) / RADIUS_KM
        p = math.sqrt(h * h - 1)
        edge = (math.pi - 2 * math.asin(p / h) - math.sin(2 * math.asin(p / h))) / (2 * math.pi)
        reference = {"nadir": 1 / h**2, "edge": edge, "sphere": (1 - math.sqrt(1 - 1 / h**2)) / 2,
                     "tilt45_numeric": cap_view(about["h_km"], math.pi / 4)}  # fmt: skip
        enter(
            about, "view factors of the Earth", reference, "-", "1e-4", "closed forms; midpoints over the visible cap"
        )
    for about in HEAT["radiators"]:
        heat_w = [about["eps"] * SIGMA * about["sides"] * (t**4 - about["T_sink"] ** 4) for t in about["T"]]
        enter(about, "net heat of a square metre of radiator", heat_w, "W/m2", "0.1 W/m2", "closed form")
    for about in HEAT["two_node"]:
        enter(about, "two nodes at each switch of light", two_node(about), "K", "0.01 K", "scipy DOP853, rtol 1e-12")
    for about in HEAT["cooldown"]:
        t = about["C"] / (3 * about["eps"] * SIGMA * about["A"]) * (about["T1"] ** -3 - about["T0"] ** -3)
        enter(about, "time to cool, radiating to 0 K", t, "s", "0.01 %", "closed form")
    load = 150e3 / ((2140 / (5739 - 2140)) / 0.65 + 1 / 0.85)
    text = "largest constant load from a 150 kW array, period 5739 s, eclipse 2140 s, Xe 0.65, Xd 0.85 (W)"
    formula = "P/((Te/Td)/Xe + 1/Xd)"
    case("D.max_load_550", "power", text, {}, {"P": load}, "W", "0.01 %", "1 %", formula)


def ground():
    """Enter closed forms of network and queues, and the verification set that comes with the package sgp4."""
    a = RADIUS_KM + 550.0
    case("E.intra_550_22", "network", "in-plane neighbour distance, 22 satellites per plane at 550 km", {},
         {"km": 2 * a * math.sin(math.pi / 22)}, "km", "0.01 %", "1 %", "2 (R+h) sin(pi/n)")  # fmt: skip
    e = math.radians(25.0)
    angle = math.acos(RADIUS_KM * math.cos(e) / a) - e
    slant = math.sqrt((RADIUS_KM * math.sin(e)) ** 2 + 2 * RADIUS_KM * 550.0 + 550.0**2) - RADIUS_KM * math.sin(e)
    case("E.slant_550_25", "network", "slant range at 25 deg elevation, 550 km, and coverage", {},
         {"km": slant, "earth_central_angle_deg": math.degrees(angle), "coverage_fraction": (1 - math.cos(angle)) / 2},
         "km, deg, -", "0.01 %", "1 %", "plane triangle")  # fmt: skip
    rho = 0.8
    wait = rho / (2 * (1 - rho))
    case("E.queue_md1", "workload", "M/D/1: lambda 0.8/s, D 1 s", {}, {"Wq_s": wait, "W_s": wait + 1.0}, "s", "3 %",
         "10 %", "Pollaczek-Khinchine")  # fmt: skip
    case("A.sgp4_verification_set", "orbit", "33 objects, 666 states of tcppver.out (TEME, WGS72, improved mode)",
         {"tle": "SGP4-VER.TLE", "package": "sgp4"}, {"file": "tcppver.out", "states": 666, "error_codes": 1}, "km",
         "2e-7 km per coordinate", "1e-5 km", "Vallado et al. 2006, read from the package sgp4 (MIT)")  # fmt: skip

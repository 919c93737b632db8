"""The Sun and eclipses: JPL DE421, and rays from the satellite to points of the Sun's disc."""

import math
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from made import DAY_S, EARTH, MU_KM3_S2, RADIUS_KM, SUN, at, case, write, write_json
from scipy.interpolate import CubicSpline

FLATTENING, SUN_RADIUS_KM = 1 / 298.257223563, 695700.0


def sun():
    """Enter directions and distances of the apparent Sun, DE421 by skyfield."""
    for text in ("2024-02-29T12:00", "2025-07-03T20:00", "2026-11-15T06:00", "2027-04-04T18:30", "2028-12-21T15:00"):
        moment = at(datetime.fromisoformat(text), 0.0)
        place = EARTH.at(moment).observe(SUN)
        seen = place.apparent().position.km
        far = (SUN - EARTH).at(moment).distance().au
        reference = {"unit": list(seen / np.linalg.norm(seen)), "distance_au": float(far)}
        case(f"C.{text}:00", "sun", "apparent Sun direction (GCRS unit vector), distance", {"utc": f"{text}:00"},
             reference, "-, au", "0.01 deg; 2e-5 au", "0.05 deg; 2e-4 au", "JPL DE421, by skyfield")  # fmt: skip


# eclipses: rays from the satellite to points of the Sun's disc, hit or not by the ellipsoid

RING, SPOKE = 40, 240
LIMB = np.linspace(0, 2 * np.pi, 7200, endpoint=False)
DISC_RADIUS = np.sqrt((np.arange(RING) + 0.5) / RING)
DISC_ANGLE = (np.arange(SPOKE) + 0.5) / SPOKE * 2 * np.pi


class Light:
    """A fixed circular orbit in GCRS axes, the apparent Sun, and the Earth's pole."""

    def __init__(self, orbit, earth):
        self.orbit, self.polar_km = orbit, RADIUS_KM * (1 - FLATTENING if earth == "wgs84" else 1.0)
        self.start = datetime(*orbit["t0_utc"], tzinfo=UTC)
        node, i = math.radians(orbit["raan_deg"]), math.radians(orbit["i_deg"])
        self.p = np.array([math.cos(node), math.sin(node), 0.0])
        self.q = np.array([-math.sin(node) * math.cos(i), math.cos(node) * math.cos(i), math.sin(i)])
        self.a = RADIUS_KM + orbit["h_km"]
        self.rate = math.sqrt(MU_KM3_S2 / self.a**3)
        hours = np.arange(-1, 27) * 3600.0
        times = at(self.start, hours)
        self.sun = CubicSpline(hours, EARTH.at(times).observe(SUN).apparent().position.km.T)
        self.pole = CubicSpline(hours, times.M[2].T)

    def place(self, t):
        u = math.radians(self.orbit["u0_deg"]) + self.rate * t
        return self.a * (math.cos(u) * self.p + math.sin(u) * self.q)

    def beta_deg(self, t):
        s = self.sun(t)
        return math.degrees(math.asin(s @ np.cross(self.p, self.q) / np.linalg.norm(s)))

    def hidden(self, t, radius, angle):
        """Return which points of the Sun's disc the Earth hides; radius in units of the Sun's, angle about it."""
        r, s, pole = self.place(t), self.sun(t), self.pole(t)
        line = s - r
        towards = line / np.linalg.norm(line)
        one = np.cross(towards, [0.3, 0.5, 0.8])
        one /= np.linalg.norm(one)
        other = np.cross(towards, one)
        tangent = SUN_RADIUS_KM / math.sqrt(line @ line - SUN_RADIUS_KM**2)  # of the disc's apparent radius
        x, y = np.broadcast_arrays(radius * np.cos(angle), radius * np.sin(angle))
        ray = towards + tangent * (x[..., None] * one + y[..., None] * other)
        # |r + k ray|² with the part along the pole stretched equals the equator's radius squared for some k > 0
        stretch = RADIUS_KM / self.polar_km
        r2 = r + (stretch - 1) * (r @ pole) * pole
        ray2 = ray + (stretch - 1) * (ray @ pole)[..., None] * pole
        a, b, c = (ray2 * ray2).sum(-1), ray2 @ r2, r2 @ r2 - RADIUS_KM**2
        return (b < 0) & (b * b - a * c > 0)

    def state(self, t):
        """Return whether the penumbra, the shadow of the Sun's centre, and the umbra hold the satellite."""
        limb = self.hidden(t, 1.0, LIMB)
        return {"penumbra": bool(limb.any()), "suncentre": bool(self.hidden(t, 0.0, 0.0)), "umbra": bool(limb.all())}

    def share(self, t):
        """Return the share of the disc in view."""
        return 1.0 - self.hidden(t, DISC_RADIUS[:, None], DISC_ANGLE).mean()


def crossing(light, boundary, low, high):
    """Return when a boundary is crossed between two times, to 1e-4 s."""
    before = light.state(low)[boundary]
    while high - low > 1e-4:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if light.state(middle)[boundary] == before else (low, middle)
    return 0.5 * (low + high)


ECLIPSE_ORBITS = [
    {"id": "sso700_2200", "t0_utc": [2027, 12, 21, 6, 0], "h_km": 700, "i_deg": 98.19,
     "raan_deg": 59.0, "u0_deg": 40.0},
    {"id": "inc45_450", "t0_utc": [2025, 9, 1, 0, 0], "h_km": 450, "i_deg": 45.0,
     "raan_deg": 250.0, "u0_deg": 0.0},
    {"id": "dawndusk_985", "t0_utc": [2026, 12, 10, 0, 0], "h_km": 985, "i_deg": 99.42,
     "raan_deg": 168.0, "u0_deg": 90.0},
    {"id": "grazing_1390", "t0_utc": [2026, 6, 21, 0, 0], "h_km": 1390, "i_deg": 101.4,
     "raan_deg": 180.0, "u0_deg": 0.0},
]  # fmt: skip


def eclipses():
    """Enter a day of fixed circular orbits on both figures of the Earth."""
    summary = []
    for orbit in ECLIPSE_ORBITS:
        orbit = {**orbit, "t0_utc": [*orbit["t0_utc"], 0]}
        for earth in ("sphere", "wgs84"):
            light = Light(orbit, earth)
            grid = np.arange(0.0, DAY_S + 1, 15.0)
            states = [light.state(t) for t in grid]
            rows, edges = [], {"penumbra": [], "suncentre": [], "umbra": []}
            for k in range(len(grid) - 1):
                for boundary, found in edges.items():
                    if states[k][boundary] != states[k + 1][boundary]:
                        t = crossing(light, boundary, grid[k], grid[k + 1])
                        kind = "entry" if states[k + 1][boundary] else "exit"
                        found.append((t, kind))
                        rows.append((t, boundary, kind))
            period = 2 * math.pi / light.rate
            revolutions = int(DAY_S // period)
            span = revolutions * period
            inside = {
                name: sum((-t if kind == "entry" else t) for t, kind in found if t < span)
                + span * ((states[0][name] + sum(1 if k == "entry" else -1 for t, k in found if t < span)) > 0)
                for name, found in edges.items()
            }
            # the share is 0 or 1 but for penumbrae: those by Simpson's rule of 40 parts each
            partial, marks = 0.0, sorted(t for t, _ in edges["penumbra"] + edges["umbra"])
            marks = [0.0, *[t for t in marks if t < span], span]
            for low, high in pairwise(marks):
                middle = light.state(0.5 * (low + high))
                if middle["penumbra"] and not middle["umbra"]:
                    t = np.linspace(low, high, 41)
                    weight = np.array([1, *[4, 2] * 19, 4, 1]) / 120
                    partial += (high - low) * float(weight @ [light.share(x) for x in t])
            mean = 1.0 - inside["penumbra"] / span + partial / span
            id_ = orbit["id"]
            text = "t_s_after_t0,boundary,event\n" + "".join(f"{t:.4f},{b},{k}\n" for t, b, k in sorted(rows))
            write(f"eclipse/events/{id_}_{earth}.csv", text)
            summary.append({"id": id_, "model": earth, "revs_averaged": revolutions, "period_s": period})
            reference = {
                "mean_illumination": mean, "umbra_fraction": inside["umbra"] / span,
                "penumbra_fraction": (inside["penumbra"] - inside["umbra"]) / span,
                "beta_start_deg": light.beta_deg(0.0), "beta_end_deg": light.beta_deg(DAY_S),
            }  # fmt: skip
            case(f"B.{id_}.{earth}", "eclipse", "a day of a fixed circular orbit: illumination, shares, beta, edges",
                 {"case": id_, "earth": earth}, reference, "-, deg, s", "events 0.5 s; fractions 0.0003; beta 0.01 deg",
                 "events 10 s; fractions 0.004; beta 0.05 deg", "own rays to the disc; Sun JPL DE421")  # fmt: skip
            print("eclipse", id_, earth, len(rows), reference)
    write_json("eclipse/events/summary.json", summary)
    write_json("eclipse/events/cases.json", [{**orbit, "t0_utc": [*orbit["t0_utc"], 0]} for orbit in ECLIPSE_ORBITS])


def altitudes():
    """Enter closed forms of sun-synchronous orbits."""
    j2, year_days = 1.0826266835531513e-3, 365.242189669781
    for h in (525.0, 575.0, 725.0, 985.0):
        a = RADIUS_KM + h
        n = math.sqrt(MU_KM3_S2 / a**3)
        rate = 2 * math.pi / (year_days * DAY_S)
        reference = {
            "sso_inclination_deg": math.degrees(math.acos(-rate / (1.5 * j2 * (RADIUS_KM / a) ** 2 * n))),
            "critical_beta_deg": math.degrees(math.asin(RADIUS_KM / a)),
            "max_eclipse_s": 2 * math.asin(RADIUS_KM / a) / n,
        }
        case(f"B.table_{h}km", "orbit/eclipse", "sun-synchronous inclination (J2), critical beta, longest eclipse",
             {"altitude_km": h}, reference, "deg, s", "0.001 deg; 0.001 deg; 0.1 s", "0.05 deg; 0.05 deg; 5 s",
             "closed forms: cos i = -rate/(1.5 J2 (R/a)² n), asin R/a, 2 asin(R/a)/n")  # fmt: skip

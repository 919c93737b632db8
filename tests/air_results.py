"""Made-up results of three shells in the air, the last without satellites."""

import numpy as np
import xarray as xr

from orbital_compute.analysis.air import YEAR_S

DAY = np.timedelta64(1, "D")
START = np.datetime64("2026-11-22", "ns")


def data(n_day=3, step_days=1):
    """Return three shells, the last without satellites."""
    lives = np.array([[4.0, 1.0, 0.2, 1.5], [90.0, 30.0, 4.0, 40.0], [np.nan] * 4]) * YEAR_S
    speeds = np.array([[1.0, 3.0, 9.0, 2.0], [0.1, 0.3, 0.9, 0.2], [np.nan] * 4])
    by_day = np.ones((n_day, 1)) * np.array([[0.5, 0.25, np.nan]])
    return xr.Dataset(
        {
            "lifetime_s": (("shell", "solar_activity"), lives),
            "drag_delta_v_m_s": (("shell", "solar_activity"), speeds),
            "drag_propellant_kg": (("shell", "solar_activity"), 0.1 * speeds),
            "air_delta_v_m_s": (("day", "shell"), by_day),
            "air_propellant_kg": (("day", "shell"), 10 * by_day),
            "failed_in_orbit": (("day", "shell"), np.arange(n_day)[:, None] * np.array([[1, 2, 0]])),
            "reentered": (("day", "shell"), np.ones((n_day, 1), int) * np.array([[1, 0, 0]])),
        },
        coords={
            "solar_activity": ["quiet", "mean", "active", "run"],
            "day": START + np.arange(n_day) * step_days * DAY,
            "shell": ["low", "high", "empty"],
            "shell_satellites": ("shell", [10, 20, 0]),
            "shell_altitude_m": ("shell", [500e3, 700e3, 900e3]),
            "shell_inclination_deg": ("shell", [53.0, 97.7, 30.0]),
        },
    )

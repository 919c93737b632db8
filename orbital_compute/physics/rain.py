"""Rain on a path between Earth and space, by recommendations of the ITU-R: attenuation, and the time it is exceeded.

P.838-3 gives the attenuation of a kilometre of rain, P.618-13 (section 2.2.1.1) that of a slant path and how long it is
exceeded; the coefficients were read in the public package ITU-Rpy, and the ITU's own examples are kept. Formulas
broadcast. The inputs are a place's: rain rate that is exceeded in 0.01 % of the year, and the height that rain reaches,
for which P.839-2 has a rule by latitude alone (later issues have maps; the rule is 0.2 to 0.7 km off them at the ITU's
places). Left out: clouds, gases and scintillation, 0.5 to 2 dB at 14 to 29 GHz, which a margin is to hold.
"""

import numpy as np

# P.838-3, tables 1 to 4: rows of (a, b, c), then slope and constant in log10 of the frequency in GHz
_K_H = ((-5.33980, -0.10008, 1.13098), (-0.35351, 1.26970, 0.45400), (-0.23789, 0.86036, 0.15354),
        (-0.94158, 0.64552, 0.16817)), -0.18961, 0.71147  # fmt: skip
_K_V = ((-3.80595, 0.56934, 0.81061), (-3.44965, -0.22911, 0.51059), (-0.39902, 0.73042, 0.11899),
        (0.50167, 1.07319, 0.27195)), -0.16398, 0.63297  # fmt: skip
_ALPHA_H = ((-0.14318, 1.82442, -0.55187), (0.29591, 0.77564, 0.19822), (0.32177, 0.63773, 0.13164),
            (-5.37610, -0.96230, 1.47828), (16.1721, -3.29980, 3.43990)), 0.67849, -1.95537  # fmt: skip
_ALPHA_V = ((-0.07771, 2.33840, -0.76284), (0.56727, 0.95545, 0.54039), (-0.20238, 1.14520, 0.26809),
            (-48.2991, 0.791669, 0.116226), (48.5833, 0.791459, 0.116479)), -0.053739, 0.83433  # fmt: skip

CIRCULAR_RAD = np.pi / 4.0  # tilt that stands for circular polarisation
LEAST_PERCENT, MOST_PERCENT = 0.001, 5.0  # of the year, for which P.618 holds
TINY = 1e-9

# Rain rate [mm/h] exceeded in 0.01 % of the year by P.837-7, as in the ITU's examples, revision 5.1 (A).
RAIN_RATE_MM_H = {
    "Addis Ababa": 42.91, "Cape Town": 27.14, "Delhi": 63.62, "Kuala Lumpur": 99.15, "London": 26.48, "Miami": 78.30,
    "Rio de Janeiro": 50.64, "Rome": 33.94,
}  # fmt: skip


def _curve(table, log_frequency):
    bells, slope, constant = table
    total = sum(a * np.exp(-(((log_frequency - b) / c) ** 2)) for a, b, c in bells)
    return total + slope * log_frequency + constant


def rain_coefficients(frequency_hz, elevation_rad, tilt_rad=CIRCULAR_RAD):
    """Return k and α of the attenuation k R^α [dB/km] of rain of R mm/h (P.838-3, eqs. 2 to 5), 1 to 1000 GHz.

    Parameters
    ----------
    frequency_hz, elevation_rad : float or array
    tilt_rad : float
        Of the polarisation against the horizontal: 0 horizontal, π/2 vertical, π/4 circular.
    """
    log_frequency = np.log10(np.asarray(frequency_hz, float) / 1e9)
    k_h, k_v = 10.0 ** _curve(_K_H, log_frequency), 10.0 ** _curve(_K_V, log_frequency)
    a_h, a_v = _curve(_ALPHA_H, log_frequency), _curve(_ALPHA_V, log_frequency)
    mix = np.cos(elevation_rad) ** 2 * np.cos(2.0 * tilt_rad)
    k = 0.5 * (k_h + k_v + (k_h - k_v) * mix)  # eq. 4
    return k, 0.5 * (k_h * a_h + k_v * a_v + (k_h * a_h - k_v * a_v) * mix) / k  # eq. 5


def rain_height_m(latitude_deg):
    """Return the mean height that rain reaches [m], by latitude alone (P.839-2, since replaced by maps)."""
    latitude = np.asarray(latitude_deg, float)
    north = 5e3 - 75.0 * np.maximum(latitude - 23.0, 0.0)
    south = 5e3 + 100.0 * np.minimum(latitude + 21.0, 0.0)
    return np.maximum(np.where(latitude >= 0.0, north, south), 0.0)


def rain_attenuation_db(
    frequency_hz, elevation_rad, latitude_deg, rain_rate_mm_h, height_m, percent=0.01, tilt_rad=CIRCULAR_RAD
):
    """Return the attenuation [dB] that rain on a slant path exceeds in so many per cent of the year (P.618-13).

    Parameters
    ----------
    frequency_hz : float or array
        Up to 55 GHz.
    elevation_rad : float or array
        5 degrees or more.
    latitude_deg : float
    rain_rate_mm_h : float
        Exceeded in 0.01 % of the year, of a minute's mean [mm/h].
    height_m : float
        Height that rain reaches, over the station [m]; 0 or less: no rain.
    percent : float or array
        0.001 to 5.
    tilt_rad : float
        Of the polarisation (`rain_coefficients`).
    """
    sine, cosine = np.sin(elevation_rad), np.cos(elevation_rad)
    tall_km, ghz = np.maximum(np.asarray(height_m, float) / 1e3, TINY), np.asarray(frequency_hz, float) / 1e9
    level_km = tall_km / sine * cosine  # steps 2 and 3
    k, alpha = rain_coefficients(frequency_hz, elevation_rad, tilt_rad)
    per_km = k * np.asarray(rain_rate_mm_h, float) ** alpha  # step 5
    reduction = 1.0 / (1.0 + 0.78 * np.sqrt(level_km * per_km / ghz) - 0.38 * (1.0 - np.exp(-2.0 * level_km)))  # step 6
    steep = np.arctan2(tall_km, level_km * reduction) > elevation_rad  # step 7
    path_km = np.where(steep, level_km * reduction / np.maximum(cosine, TINY), tall_km / sine)
    elevation_deg, away_deg = np.degrees(elevation_rad), np.abs(latitude_deg)
    chi = np.maximum(36.0 - away_deg, 0.0)
    rise = 31.0 * (1.0 - np.exp(-elevation_deg / (1.0 + chi))) * np.sqrt(path_km * per_km) / ghz**2 - 0.45
    usual_db = per_km * path_km / (1.0 + np.sqrt(sine) * rise)  # steps 7 to 9
    low = np.where(elevation_deg >= 25.0, 0.0, 1.8 - 4.25 * sine)
    beta = np.where((np.asarray(percent) >= 1.0) | (away_deg >= 36.0), 0.0, -0.005 * (away_deg - 36.0) + low)
    power = 0.655 + 0.033 * np.log(percent) - 0.045 * np.log(np.maximum(usual_db, TINY))
    power = power - beta * (1.0 - np.asarray(percent)) * sine
    return np.where(np.asarray(height_m) > 0.0, usual_db * (np.asarray(percent) / 0.01) ** -power, 0.0)  # step 10


def rain_availability(
    margin_db, frequency_hz, elevation_rad, latitude_deg, rain_rate_mm_h, height_m, tilt_rad=CIRCULAR_RAD
):
    """Return the share of the year in which rain takes no more than a margin [dB] of a slant path.

    At least 0.95 and at most 0.99999, between which P.618-13 holds. Parameters as in `rain_attenuation_db`.
    """
    path = frequency_hz, elevation_rad, latitude_deg, rain_rate_mm_h, height_m
    shape = np.broadcast_shapes(np.shape(margin_db), *(np.shape(part) for part in path))
    low, high = np.full(shape, np.log(LEAST_PERCENT)), np.full(shape, np.log(MOST_PERCENT))
    for _ in range(60):  # halving: the attenuation falls as the time that it is exceeded grows
        middle = 0.5 * (low + high)
        enough = rain_attenuation_db(*path, np.exp(middle), tilt_rad) <= margin_db
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return 1.0 - 0.01 * np.exp(high)

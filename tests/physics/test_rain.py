"""Rain against the ITU's examples for software (revision 5.1), limits, and the availability turned around."""

import numpy as np
import pytest

from orbital_compute.physics.rain import (
    RAIN_RATE_MM_H,
    rain_attenuation_db,
    rain_availability,
    rain_coefficients,
    rain_height_m,
)

# Validation examples of ITU-R Study Group 3, P.618-13: latitude, GHz, elevation [deg], tilt [deg], rain rate [mm/h],
# length of the slant path below the rain height [km], attenuation [dB] exceeded in 1, 0.1, 0.01 and 0.001 %.
EXAMPLES = {
    "London": (51.5, 14.25, 31.07699124, 0, 26.48052, 4.690817392,
               (0.495317069, 2.185847422, 6.798072267, 14.89982248)),
    "Rome": (41.9, 29, 40.232036, 0, 33.936232, 4.646913874, (2.823465634, 10.73100773, 28.74272193, 54.25561152)),
    "Rio": (22.9, 14.25, 22.27833468, 0, 50.639304, 10.96995451, (1.706901281, 8.271647438, 18.94410356, 29.91171296)),
    "Miami": (25.78, 29, 52.67898486, 0, 78.2994993, 5.735098894, (6.654855651, 25.56295492, 58.47438336, 93.39562548)),
    "Delhi": (28.717, 14.25, 48.24117054, 90, 63.61888808, 6.768266217,
              (1.274463613, 5.486346969, 14.87213733, 28.23603149)),
    "Kuala Lumpur": (3.133, 29, 85.80459566, 90, 99.15117186, 4.91990658,
                     (10.2131477, 48.81996807, 83.37856227, 96.67521082)),
    "Addis Ababa": (9.05, 29, 20.14335809, 90, 42.91007183, 6.516372436,
                    (3.70158394, 19.23910378, 35.97037673, 45.67419098)),
}  # fmt: skip
PERCENT = np.array([1.0, 0.1, 0.01, 0.001])


@pytest.mark.parametrize("place", EXAMPLES)
def test_slant_paths_are_those_of_the_itu(place):
    latitude, ghz, elevation_deg, tilt_deg, rate, path_km, wanted = EXAMPLES[place]
    elevation = np.radians(elevation_deg)
    height_m = path_km * 1e3 * np.sin(elevation)
    found = rain_attenuation_db(ghz * 1e9, elevation, latitude, rate, height_m, PERCENT, np.radians(tilt_deg))
    assert found == pytest.approx(wanted, rel=1e-6)


def test_a_kilometre_of_rain_is_that_of_the_table():
    # P.838-3, table 5: k and α of horizontal polarisation on a level path
    for ghz, k, alpha in ((4, 0.0001071, 1.6009), (12, 0.02386, 1.1825), (20, 0.09164, 1.0568), (30, 0.2403, 0.9485)):
        assert rain_coefficients(ghz * 1e9, 0.0, 0.0) == pytest.approx((k, alpha), rel=1e-3)


def test_rain_rises_by_the_height_that_it_reaches():
    assert rain_height_m(np.array([0.0, 23.0, 63.0, -21.0, -41.0, -80.0])).tolist() == [5e3, 5e3, 2e3, 5e3, 3e3, 0.0]
    # the examples' own heights, by maps: 2.45, 3.05, 4.56, 5.05 km
    for place, km in (("London", 2.45), ("Rome", 3.05), ("Miami", 4.57), ("Delhi", 5.26)):
        assert rain_height_m(EXAMPLES[place][0]) == pytest.approx(km * 1e3, abs=750.0)
    assert rain_attenuation_db(29e9, 0.5, 50.0, 30.0, 0.0) == 0.0  # a station above the rain


def test_rain_rates_of_places_are_those_of_the_examples():
    for place, example in EXAMPLES.items():
        assert RAIN_RATE_MM_H["Rio de Janeiro" if place == "Rio" else place] == pytest.approx(example[4], abs=0.01)


def test_availability_turns_the_attenuation_around():
    path = 29e9, np.radians(40.0), 41.9, 33.9, 3e3
    for percent in (2.0, 0.5, 0.1, 0.02):
        margin_db = rain_attenuation_db(*path, percent)
        assert rain_availability(margin_db, *path) == pytest.approx(1 - percent / 100, abs=1e-9)
    margin_db = np.array([0.0, 5.0, 10.0, 20.0, 1e3])
    found = rain_availability(margin_db, *path)
    assert (np.diff(found) > 0).all()
    assert found[0] == pytest.approx(0.95)
    assert found[-1] == pytest.approx(0.99999)


def test_low_paths_and_wet_places_are_worse():
    steep, low = (rain_availability(10.0, 29e9, np.radians(e), 35.0, 50.0, 4e3) for e in (80.0, 25.0))
    dry, wet = (rain_availability(10.0, 29e9, 0.7, 35.0, rate, 4e3) for rate in (20.0, 80.0))
    assert steep > low
    assert dry > wet

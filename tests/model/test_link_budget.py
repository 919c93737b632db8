"""Terminals: the reference values of MODEL §8, caps, contacts, rain and clouds."""

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.link_budget import LASER_CAP_BIT_S, LaserDownlink, LaserTerminal, RadioLink

GB = 1e9


def test_the_reference_link():
    # MODEL §8: 105.1 dB, 1.6 μW over 5,000 km, 176 Gb/s; near field below 5 km
    terminal = LaserTerminal(cap_bit_s=1e12)
    assert terminal.gain_db == pytest.approx(105.1, abs=0.01)
    assert terminal.received_w(5000e3) == pytest.approx(1.6e-6, rel=2e-3)
    assert terminal.rate_bit_s(5000e3) == pytest.approx(176 * GB, rel=3e-3)
    assert terminal.near_field_m == pytest.approx(5e3, rel=0.02)
    fine = LaserTerminal(cap_bit_s=1e12, modulation="pm_16qam")
    assert fine.rate_bit_s(5000e3) == pytest.approx(176 * GB * 71 / 196, rel=3e-3)


def test_near_by_the_wavelengths_bind_and_no_more_arrives_than_was_sent():
    terminal = LaserTerminal(cap_bit_s=1e15)
    assert terminal.rate_bit_s(200.0) == 9.6e12  # the cluster of arXiv:2511.19468: 24 channels
    sent_w = 5.0 * 0.788**2 * 10**-0.3
    assert terminal.received_w(np.array([1.0, 100.0])) == pytest.approx(sent_w)
    assert terminal.received_w(5067.0) == pytest.approx(sent_w * (1 - np.exp(-1.0)), rel=0.01)


def test_terminals_cap_and_lengths_that_do_not_hold_carry_nothing():
    rate = LaserTerminal(cap_bit_s=LASER_CAP_BIT_S["starlink"]).rate_bit_s(np.array([1e6, 5e6, 1e7, np.inf]))
    assert rate[:2].tolist() == [100 * GB, 100 * GB]
    assert rate[2] == pytest.approx(176 * GB / 4, rel=3e-3)
    assert rate[3] == 0.0


def test_jitter_acquisition_and_uptime():
    still, shaky = LaserTerminal(cap_bit_s=1e12), LaserTerminal(cap_bit_s=1e12, jitter_rad=2e-6)
    share = 1 / (1 + 2 * 10**10.51016 * 4e-12)
    assert shaky.rate_bit_s(5e6) / still.rate_bit_s(5e6) == pytest.approx(share, rel=1e-4)
    assert still.mean_rate_bit_s(5e6, 600.0) == pytest.approx(0.99 * 0.9 * still.rate_bit_s(5e6))
    assert still.mean_rate_bit_s(5e6) == pytest.approx(0.99 * still.rate_bit_s(5e6))


def test_radio_carries_its_cap_in_clear_sky_and_less_in_rain():
    link = RadioLink()
    rates = link.rate_bit_s(1120e3, np.array([0.0, 10.0, 20.0, 40.0]))
    assert rates[:2].tolist() == [20 * GB, 20 * GB]  # MODEL §8
    assert rates[3] < rates[2] < 20 * GB
    assert link.rate_bit_s(np.inf) == 0.0
    margin = link.margin_db(1120e3, 20 * GB)
    assert link.rate_bit_s(1120e3, margin) == pytest.approx(20 * GB)
    assert link.rate_bit_s(1120e3, margin + 1.0) < 20 * GB * 0.97
    with pytest.raises(ScenarioError, match="to 2e\\+10"):
        link.margin_db(1120e3, 21 * GB)


def test_rain_leaves_the_availability_of_the_model():
    # MODEL §8 has 0.995 as a gateway's mean; at 25°, in places of 30 and 80 mm/h, this law has one more and one less
    link, at = RadioLink(), (1120e3, np.radians(25.0), 35.0)
    assert link.availability(*at, 30.0) > 0.995 > link.availability(*at, 100.0)
    assert link.availability(*at, 30.0, 5 * GB) > link.availability(*at, 30.0)
    assert link.availability(550e3, np.radians(89.0), 35.0, 30.0) > link.availability(*at, 30.0)
    assert link.availability(*at, 30.0, height_m=2000.0) > link.availability(*at, 30.0)
    assert RadioLink(eirp_dbw=40.0).availability(*at, 30.0) == 0.0  # not even in clear sky


def test_light_to_the_ground():
    link = LaserDownlink()
    assert link.rate_bit_s(np.array([550e3, 1120e3, np.inf])).tolist() == [200 * GB, 200 * GB, 0.0]
    assert link.mean_rate_bit_s(550e3, 240.0) == pytest.approx(200 * GB * 0.65 * 0.99 * 0.75)
    small = LaserDownlink(telescope_m=0.05, air_db=20.0)
    assert small.rate_bit_s(3000e3) < 200 * GB


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: LaserTerminal(power_w=0.0, diameter_m=-1.0), "power_w: 0.0.*\n.*diameter_m"),
        (lambda: LaserTerminal(efficiency=1.1), "efficiency"),
        (lambda: LaserTerminal(modulation="morse"), "take one of ook, pm_16qam"),
        (lambda: LaserTerminal(jitter_rad=-1e-6), "jitter_rad"),
        (lambda: RadioLink(bandwidth_hz=0.0), "bandwidth_hz"),
        (lambda: RadioLink(gap_db=-1.0), "gap_db"),
        (lambda: LaserDownlink(clear_share=1.5), "clear_share"),
        (lambda: LaserDownlink(air_db=float("nan")), "air_db"),
    ],
)
def test_nonsense_is_refused(make, message):
    with pytest.raises(ScenarioError, match=message):
        make()

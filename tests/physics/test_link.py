"""Link budgets against the values of MODEL §8, hand values and limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.physics import link

WAVE_M = 1.55e-6


def test_an_aperture_by_hand():
    # π 0.1/1.55e-6 = 202,683; its square is 106.1 dB (MODEL §8)
    assert link.decibels(link.aperture_gain(0.1, WAVE_M)) == pytest.approx(106.14, abs=0.01)
    assert link.decibels(link.aperture_gain(0.1, WAVE_M, 0.788)) == pytest.approx(105.1, abs=0.01)
    assert link.near_field_m(0.1, WAVE_M) == pytest.approx(5067.0, abs=1.0)  # π 0.05²/1.55e-6


def test_far_away_it_is_friis():
    gain = float(link.aperture_gain(0.1, WAVE_M))
    distance = np.array([1e5, 1e6, 5e6])
    friis = gain**2 * (WAVE_M / (4 * np.pi * distance)) ** 2
    assert link.caught_share(gain, gain, WAVE_M, distance) == pytest.approx(friis, rel=1.5e-3)
    assert link.caught_share(gain, gain, WAVE_M, 7.2 * 5067.0) == pytest.approx(
        friis[0] * (1e5 / (7.2 * 5067.0)) ** 2, rel=0.011
    )
    assert link.caught_share(gain, gain, WAVE_M, np.inf) == 0.0


@given(st.floats(1.0, 1e8), st.floats(1.0, 1e8))
def test_nothing_catches_more_than_was_sent_and_less_further_off(one, other):
    gain = float(link.aperture_gain(0.1, WAVE_M))
    near, far = (float(link.caught_share(gain, gain, WAVE_M, d)) for d in sorted((one, other)))
    assert 0.0 < far <= near <= 1.0


def test_photons_by_hand():
    # 1.6 μW at 1.55 μm are 1.2485e13 photons a second; 71 a bit are 176 Gb/s (MODEL §8)
    assert link.photon_rate_bit_s(1.6e-6, WAVE_M, 71.0) == pytest.approx(175.8e9, rel=1e-3)
    assert link.photon_rate_bit_s(1.6e-6, WAVE_M, 196.0) == pytest.approx(63.7e9, rel=1e-3)


def test_jitter_is_the_mean_over_its_angles():
    gain, sigma = 3.2e10, 2e-6
    rng = np.random.default_rng(1)
    square = (rng.normal(0.0, sigma, (2, 1_000_000)) ** 2).sum(axis=0)
    assert link.jitter_share(gain, sigma) == pytest.approx(np.exp(-gain * square).mean(), rel=2e-3)
    assert link.jitter_share(gain, 0.0) == 1.0


def test_acquisition_eats_short_contacts():
    assert link.acquired_share(np.array([600.0, 60.0, 30.0, 0.0, np.inf]), 60.0).tolist() == [0.9, 0.0, 0.0, 0.0, 1.0]


def test_radio_by_hand():
    # 92.45 + 20 log10(29 * 1120) dB
    assert link.free_space_loss_db(1120e3, 29e9) == pytest.approx(92.448 + 20 * np.log10(29 * 1120), abs=1e-3)
    # 70 + 12 - 182.68 + 228.60 - 96.02 dB
    assert link.carrier_to_noise_db(70.0, 12.0, 1120e3, 29e9, 4e9) == pytest.approx(31.90, abs=0.02)
    rate = link.modulated_rate_bit_s(np.array([-np.inf, 2.0, 100.0]), 1e9, 2.0, 5.0)
    assert rate == pytest.approx([0.0, 1e9, 5e9])  # nothing; a ratio of one is a bit; the finest modulation

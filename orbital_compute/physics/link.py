"""Link budgets: what light or radio waves leave at the far end, and how many bits that carries.

Formulas broadcast. Optical links follow MODEL §8 (which cites arXiv:2511.19468): Friis' law far away, all of the beam
caught near by, photons per bit. Radio links follow Friis' law and Shannon's bound less a gap. Left out: turbulence
between satellites and ground beyond a loss in decibels, background light, the Doppler shift, interference.
"""

import numpy as np

from ..constants import SPEED_OF_LIGHT_M_S

PLANCK_J_S = 6.62607015e-34  # CODATA 2018, exact
BOLTZMANN_DBW_K_HZ = -228.5991672  # 10 log10 of 1.380649e-23, CODATA 2018, exact


def decibels(ratio):
    """Return a ratio of powers in decibels."""
    return 10.0 * np.log10(ratio)


def ratio_of(decibel):
    """Return the ratio of powers of decibels."""
    return 10.0 ** (np.asarray(decibel, float) / 10.0)


def aperture_gain(diameter_m, wavelength_m, efficiency=1.0):
    """Return the gain of a round aperture, η (πD/λ)²; 10 cm at 1.55 μm are 106.1 dB at η = 1."""
    return efficiency * (np.pi * np.asarray(diameter_m, float) / wavelength_m) ** 2


def near_field_m(diameter_m, wavelength_m):
    """Return the distance [m] within which a beam is no wider than its aperture, πa²/λ with the radius a (MODEL §8)."""
    return np.pi * (0.5 * np.asarray(diameter_m, float)) ** 2 / wavelength_m


def caught_share(gain_transmit, gain_receive, wavelength_m, distance_m):
    """Return the share of a beam that the far aperture catches, 1 near by, Friis' G G' (λ/4πd)² far away.

    Between them 1 - exp(-x) of Friis' x (C): it differs from Friis by 1 % at seven times the near field. Infinite
    distances catch nothing. Gains are those of ideal apertures; losses go elsewhere, as they do not grow near by.
    """
    far = gain_transmit * gain_receive * (wavelength_m / (4.0 * np.pi * np.asarray(distance_m, float))) ** 2
    return -np.expm1(-far)


def jitter_share(gain_transmit, jitter_rad):
    """Return the mean share that is left where a beam jitters by so much [rad, each axis, standard deviation].

    A beam of gain G loses exp(-G θ²) at the angle θ off its axis, and 1/(1 + 2 G σ²) on average over the jitter.
    """
    return 1.0 / (1.0 + 2.0 * gain_transmit * np.asarray(jitter_rad, float) ** 2)


def photon_rate_bit_s(received_w, wavelength_m, photons_per_bit):
    """Return the bits a second [bit/s] that a power [W] of light carries, P λ/(h c PPB) (MODEL §8)."""
    return np.asarray(received_w, float) * wavelength_m / (PLANCK_J_S * SPEED_OF_LIGHT_M_S * photons_per_bit)


def acquired_share(contact_s, acquisition_s):
    """Return the share of a contact [s] that is left after its acquisition [s]; 0 where it is too short."""
    contact_s = np.asarray(contact_s, float)
    return np.maximum(1.0 - acquisition_s / np.maximum(contact_s, 1e-300), 0.0)


def free_space_loss_db(distance_m, frequency_hz):
    """Return the loss of free space between isotropic antennas [dB], (4πdf/c)²."""
    return 2.0 * decibels(4.0 * np.pi * np.asarray(distance_m, float) * frequency_hz / SPEED_OF_LIGHT_M_S)


def carrier_to_noise_db(eirp_dbw, g_over_t_db_k, distance_m, frequency_hz, bandwidth_hz, loss_db=0.0):
    """Return the ratio of carrier to noise of a radio link [dB].

    Parameters
    ----------
    eirp_dbw : float
        Power times gain of the transmitter [dBW].
    g_over_t_db_k : float
        Gain over noise temperature of the receiver [dB/K].
    distance_m, frequency_hz, bandwidth_hz : float or array
    loss_db : float or array
        Whatever else is lost: gases, rain, pointing [dB].
    """
    noise_dbw = BOLTZMANN_DBW_K_HZ + decibels(bandwidth_hz)
    return eirp_dbw + g_over_t_db_k - free_space_loss_db(distance_m, frequency_hz) - loss_db - noise_dbw


def modulated_rate_bit_s(carrier_to_noise_decibel, bandwidth_hz, gap_db, most_bit_s_hz):
    """Return the bits a second [bit/s] of a radio link whose modulation follows its ratio of carrier to noise.

    B log2(1 + C/N less a gap to Shannon's bound), at most `most_bit_s_hz` of the finest modulation.
    """
    spectral = np.log2(1.0 + ratio_of(np.asarray(carrier_to_noise_decibel, float) - gap_db))
    return bandwidth_hz * np.minimum(spectral, most_bit_s_hz)

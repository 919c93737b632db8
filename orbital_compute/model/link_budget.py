"""Terminals of links, and the rates that they carry over a distance: lasers, radio to the ground, lasers to the ground.

Defaults are those of MODEL §8, with what it grades; the sources stand beside the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np

from ..errors import Problem, ScenarioError
from ..physics.link import (
    acquired_share,
    aperture_gain,
    carrier_to_noise_db,
    caught_share,
    decibels,
    jitter_share,
    modulated_rate_bit_s,
    near_field_m,
    photon_rate_bit_s,
    ratio_of,
)
from ..physics.rain import rain_availability, rain_height_m

PHOTONS_PER_BIT = {"ook": 71.0, "pm_16qam": 196.0}  # arXiv:2511.19468 (B)
LASER_CAP_BIT_S = {"starlink": 100e9, "starlink_best": 200e9, "ai1": 1e12}  # MODEL §8: B, B, and a claim (C)


def _positive(spec: object, *names: str) -> list[Problem]:
    """Return a problem for each field that is not above zero."""
    found = {item.name: getattr(spec, item.name) for item in fields(spec)}  # type: ignore[arg-type]
    return [Problem(f"{found[name]}", name, found[name], "above 0") for name in names if not found[name] > 0.0]


def _shares(spec: object, *names: str) -> list[Problem]:
    """Return a problem for each field that is no share."""
    found = {item.name: getattr(spec, item.name) for item in fields(spec)}  # type: ignore[arg-type]
    return [Problem(f"{found[name]}", name, found[name], "0 to 1") for name in names if not 0.0 <= found[name] <= 1.0]


@dataclass(frozen=True)
class LaserTerminal:
    """A laser terminal, the same at both ends of a link.

    Parameters
    ----------
    power_w, diameter_m, wavelength_m : float
        5 W, 10 cm, 1.55 μm (MODEL §8).
    efficiency : float
        Of an aperture's gain: 0.788, so that it is 105.1 dB.
    loss_db : float
        Of the link, optics and pointing included [dB]: 3.
    modulation : "ook" or "pm_16qam", and so many photons a bit
    jitter_rad : float
        Of the beam, standard deviation of each axis [rad], beyond what `loss_db` holds.
    cap_bit_s : float
        What the terminal's electronics carry: 100 Gb/s (`LASER_CAP_BIT_S`).
    wavelength_cap_bit_s : float
        What all wavelengths of an aperture carry: 9.6 to 12.8 Tb/s with 24 channels (B). It binds near by only.
    acquisition_s, uptime : float
        60 s (C), 0.99 (MODEL §8).
    """

    power_w: float = 5.0
    diameter_m: float = 0.1
    wavelength_m: float = 1.55e-6
    efficiency: float = 0.788
    loss_db: float = 3.0
    modulation: str = "ook"
    jitter_rad: float = 0.0
    cap_bit_s: float = LASER_CAP_BIT_S["starlink"]
    wavelength_cap_bit_s: float = 9.6e12
    acquisition_s: float = 60.0
    uptime: float = 0.99

    def __post_init__(self) -> None:
        problems = _positive(self, "power_w", "diameter_m", "wavelength_m", "cap_bit_s", "wavelength_cap_bit_s")
        problems += _shares(self, "efficiency", "uptime")
        if self.modulation not in PHOTONS_PER_BIT:
            cure = "take one of " + ", ".join(PHOTONS_PER_BIT)
            problems.append(Problem(f"{self.modulation!r} is not known", "modulation", self.modulation, cure=cure))
        problems += [
            Problem(f"{getattr(self, name)}", name, getattr(self, name), "from 0")
            for name in ("loss_db", "jitter_rad", "acquisition_s")
            if not getattr(self, name) >= 0.0
        ]
        if problems:
            raise ScenarioError(problems)

    @property
    def gain_db(self) -> float:
        """Gain of an aperture [dB]."""
        return float(decibels(aperture_gain(self.diameter_m, self.wavelength_m, self.efficiency)))

    @property
    def near_field_m(self) -> float:
        """Distance within which nearly the whole beam is caught [m]."""
        return float(near_field_m(self.diameter_m, self.wavelength_m))

    def received_w(self, distance_m, receiver_diameter_m: float | None = None, extra_loss_db: float = 0.0):
        """Return the power [W] that arrives over a distance [m]; 0 over an infinite one.

        The other end has the same aperture, or one of `receiver_diameter_m`.
        """
        receiver_m = self.diameter_m if receiver_diameter_m is None else receiver_diameter_m
        gain, other = (aperture_gain(d, self.wavelength_m) for d in (self.diameter_m, receiver_m))
        left = self.efficiency**2 * ratio_of(-self.loss_db - extra_loss_db)
        left = left * jitter_share(gain * self.efficiency, self.jitter_rad)
        return self.power_w * left * caught_share(gain, other, self.wavelength_m, distance_m)

    def photon_limit_bit_s(self, distance_m):
        """Return the rate [bit/s] that the light over a distance [m] can carry, all wavelengths' cap included."""
        rate = photon_rate_bit_s(self.received_w(distance_m), self.wavelength_m, PHOTONS_PER_BIT[self.modulation])
        return np.minimum(rate, self.wavelength_cap_bit_s)

    def rate_bit_s(self, distance_m):
        """Return the rate [bit/s] of a link over a distance [m], 0 over an infinite one; the terminal's cap included.

        Broadcasts; lengths of links (`holding_m`) give the capacity of each link while it holds.
        """
        return np.minimum(self.photon_limit_bit_s(distance_m), self.cap_bit_s)

    def mean_rate_bit_s(self, distance_m, contact_s=np.inf):
        """Return `rate_bit_s` times uptime and the share of a contact [s] that its acquisition leaves."""
        return self.rate_bit_s(distance_m) * self.uptime * acquired_share(contact_s, self.acquisition_s)


@dataclass(frozen=True)
class RadioLink:
    """A radio link between a satellite and one antenna of a gateway.

    Parameters
    ----------
    frequency_hz, bandwidth_hz : float
        Of all channels and polarisations together: 29 GHz, 4 GHz (C).
    eirp_dbw, g_over_t_db_k : float
        Of the transmitter [dBW] and the receiver [dB/K]: 70 and 12 (C), which leave 13 dB over the cap at
        1,120 km in clear sky.
    gap_db : float
        To Shannon's bound [dB]: 2 (C).
    most_bit_s_hz : float
        Of the finest modulation: 5 bit/s/Hz, so that the link carries 20 Gb/s (MODEL §8, C).
    loss_db : float
        Gases, clouds, scintillation and pointing [dB]: 2 (C).
    """

    frequency_hz: float = 29e9
    bandwidth_hz: float = 4e9
    eirp_dbw: float = 70.0
    g_over_t_db_k: float = 12.0
    gap_db: float = 2.0
    most_bit_s_hz: float = 5.0
    loss_db: float = 2.0

    def __post_init__(self) -> None:
        problems = _positive(self, "frequency_hz", "bandwidth_hz", "most_bit_s_hz")
        problems += [
            Problem(f"{getattr(self, name)}", name, getattr(self, name), "from 0")
            for name in ("gap_db", "loss_db")
            if not getattr(self, name) >= 0.0
        ]
        if problems:
            raise ScenarioError(problems)

    def carrier_to_noise_db(self, distance_m, rain_db=0.0):
        """Return the ratio of carrier to noise [dB] over a slant range [m] under rain that takes `rain_db`."""
        return carrier_to_noise_db(
            self.eirp_dbw, self.g_over_t_db_k, distance_m, self.frequency_hz, self.bandwidth_hz, self.loss_db + rain_db
        )

    def rate_bit_s(self, distance_m, rain_db=0.0):
        """Return the rate [bit/s] over a slant range [m] under rain that takes `rain_db`; 0 over an infinite one."""
        ratio_db = self.carrier_to_noise_db(distance_m, rain_db)
        return modulated_rate_bit_s(ratio_db, self.bandwidth_hz, self.gap_db, self.most_bit_s_hz)

    def margin_db(self, distance_m, rate_bit_s: float):
        """Return the rain [dB] that still leaves a rate [bit/s] over a slant range [m]; negative if none does.

        Raises
        ------
        ScenarioError
            If the finest modulation cannot carry the rate.
        """
        most = self.bandwidth_hz * self.most_bit_s_hz
        if not 0.0 < rate_bit_s <= most:
            raise ScenarioError(Problem(f"{rate_bit_s:g} bit/s", "rate_bit_s", rate_bit_s, f"above 0, to {most:g}"))
        needed_db = decibels(2.0 ** (rate_bit_s / self.bandwidth_hz) - 1.0) + self.gap_db
        return self.carrier_to_noise_db(distance_m) - needed_db

    def availability(self, distance_m, elevation_rad, latitude_deg, rain_rate_mm_h, rate_bit_s=None, height_m=0.0):
        """Return the share of the year in which rain leaves a rate [bit/s] (None: the most) over a slant path.

        Parameters
        ----------
        distance_m, elevation_rad : float or array
        latitude_deg, height_m : float
            Of the gateway.
        rain_rate_mm_h : float
            Exceeded there in 0.01 % of the year (`physics.rain.RAIN_RATE_MM_H` has eight places).
        """
        most = self.bandwidth_hz * self.most_bit_s_hz
        margin_db = self.margin_db(distance_m, most if rate_bit_s is None else rate_bit_s)
        above_m = rain_height_m(latitude_deg) - height_m
        found = rain_availability(
            np.maximum(margin_db, 0.0), self.frequency_hz, elevation_rad, latitude_deg, rain_rate_mm_h, above_m
        )
        return np.where(margin_db >= 0.0, found, 0.0)


@dataclass(frozen=True)
class LaserDownlink:
    """A laser link between a satellite and a station on the ground.

    Parameters
    ----------
    terminal : LaserTerminal
        On the satellite; its cap is the link's: 200 Gb/s, flown by TBIRD (MODEL §8).
    telescope_m : float
        Diameter of the station's telescope [m]: 0.4 (C).
    air_db : float
        Loss in clear air, turbulence included [dB]: 6 (C).
    clear_share : float
        Of time, at one station: 0.65 (MODEL §8: 0.6 to 0.7). Several: `diversity.diversity_availability`.
    """

    terminal: LaserTerminal = field(default_factory=lambda: LaserTerminal(cap_bit_s=200e9))
    telescope_m: float = 0.4
    air_db: float = 6.0
    clear_share: float = 0.65

    def __post_init__(self) -> None:
        problems = _positive(self, "telescope_m") + _shares(self, "clear_share")
        if not self.air_db >= 0.0:
            problems.append(Problem(f"{self.air_db}", "air_db", self.air_db, "from 0"))
        if problems:
            raise ScenarioError(problems)

    def rate_bit_s(self, distance_m):
        """Return the rate [bit/s] over a slant range [m] in clear sky, 0 over an infinite one."""
        terminal = self.terminal
        received_w = terminal.received_w(distance_m, self.telescope_m, self.air_db)
        rate = photon_rate_bit_s(received_w, terminal.wavelength_m, PHOTONS_PER_BIT[terminal.modulation])
        return np.minimum(rate, min(terminal.cap_bit_s, terminal.wavelength_cap_bit_s))

    def mean_rate_bit_s(self, distance_m, contact_s=np.inf):
        """Return `rate_bit_s` times clear sky, uptime, and the share of a contact [s] left by its acquisition."""
        terminal = self.terminal
        share = self.clear_share * terminal.uptime * acquired_share(contact_s, terminal.acquisition_s)
        return self.rate_bit_s(distance_m) * share

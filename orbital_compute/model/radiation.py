"""Radiation of an orbit: what is assumed, and the rates of soft errors that follow (MODEL §5.3)."""

from __future__ import annotations

from dataclasses import dataclass, field

from .checks import check_range

SILENT_CORRUPTION, MEMORY_ERROR, FUNCTIONAL_INTERRUPT = 0, 1, 2  # kinds of soft errors, in the order of all arrays
KINDS = ("silent_corruption", "memory_error", "functional_interrupt")


@dataclass(frozen=True)
class AnomalySpec:
    """The South Atlantic Anomaly as a map, which shares out the year's events along the orbit.

    Attributes
    ----------
    west_drift_deg_per_year, north_drift_deg_per_year : float
        Drift of the map from its epoch; 0.343 and 0.028, Insight-HXMT, June 2017 to March 2024 (B; 0.3 west by
        RXTE 1996 to 2007, Fürst et al. 2009).
    background_rad_per_year : float
        Part of the dose that comes evenly along the orbit, from cosmic rays; 7 (C, 3 to 10).
    """

    west_drift_deg_per_year: float = 0.343
    north_drift_deg_per_year: float = 0.028
    background_rad_per_year: float = 7.0

    def __post_init__(self):
        check_range(
            "radiation.anomaly",
            self,
            west_drift_deg_per_year=(-2.0, 2.0),
            north_drift_deg_per_year=(-0.5, 0.5),
            background_rad_per_year=(0.0, 1e4),
        )


@dataclass(frozen=True)
class SolarCycleSpec:
    """Trapped protons over the solar cycle: fewest about a year after solar maximum.

    Attributes
    ----------
    strongest_year : float
        Decimal year of most protons; 2020.96, a year after the minimum of December 2019 (C).
    quiet_over_active : float
        Dose of the most over that of the least on a polar orbit at 650 km; 1.38, AP-8 MIN over MAX behind 10 mm
        of aluminium (C, 1.2 to 3). The swing is wider below and narrower above, by the same models (`SWING`).
    """

    strongest_year: float = 2020.96
    quiet_over_active: float = 1.38

    def __post_init__(self):
        check_range("radiation.solar_cycle", self, strongest_year=(1950.0, 2200.0), quiet_over_active=(1.0, 10.0))


@dataclass(frozen=True)
class RadiationSpec:
    """Dose and soft errors of accelerators in orbit.

    Attributes
    ----------
    table : str
        "default" (MODEL §5.3 behind 10 mm of aluminium), "filed_band" (5 mm), or a path to a CSV file of doses.
    shielding_mm : float
        Aluminium about the chips [mm]; 10.
    shielding_exponent : float
        Dose goes with depth to this power, negative, where the table has one depth only; 0.9 (C, 0.4 to 2: by AP-8,
        AE-8 and SHIELDOSE-2 at 650 km 1.1 from 5 to 10 mm, 0.5 from 10 to 20).
    corruption_dose_rad, memory_dose_rad, interrupt_dose_rad : float
        Dose for one silent corruption (16.8, between 14.4 and 20), one uncorrectable memory error (44) and one
        functional interrupt (5,000) of a chip [rad(Si)]: Trillium TPU in 67 MeV protons (B, MODEL §5.3).
    transfer : float
        Rates of this device over those of the tested one; 1 (C, 0.3 to 10).
    detection : float
        Share of silent corruptions that is caught and repeated; 0.9 (C). A gang has its own.
    corruption_recovery_s, memory_recovery_s, interrupt_recovery_s : float
        Work of one device lost to one event outside gangs [s]: a request or batch (10), a process started anew
        (120), a device reset (600); all C.
    solar_cycle : SolarCycleSpec or None
        None: the mean over a cycle in all years.
    anomaly : AnomalySpec or None
        None: events come evenly along the orbit.

    Raises
    ------
    ScenarioError
        With every value out of range.
    """

    table: str = "default"
    shielding_mm: float = 10.0
    shielding_exponent: float = 0.9
    corruption_dose_rad: float = 16.8
    memory_dose_rad: float = 44.0
    interrupt_dose_rad: float = 5000.0
    transfer: float = 1.0
    detection: float = 0.9
    corruption_recovery_s: float = 10.0
    memory_recovery_s: float = 120.0
    interrupt_recovery_s: float = 600.0
    solar_cycle: SolarCycleSpec | None = field(default_factory=SolarCycleSpec)
    anomaly: AnomalySpec | None = field(default_factory=AnomalySpec)

    def __post_init__(self):
        day_s = 86400.0
        check_range(
            "radiation",
            self,
            shielding_mm=(0.5, 200.0),
            shielding_exponent=(0.0, 3.0),
            corruption_dose_rad=(1e-3, 1e9),
            memory_dose_rad=(1e-3, 1e9),
            interrupt_dose_rad=(1e-3, 1e9),
            transfer=(0.0, 1000.0),
            detection=(0.0, 1.0),
            corruption_recovery_s=(0.0, day_s),
            memory_recovery_s=(0.0, day_s),
            interrupt_recovery_s=(0.0, day_s),
        )

    @property
    def dose_per_event_rad(self) -> tuple[float, float, float]:
        """Dose for one event of each kind, in the order of KINDS."""
        return self.corruption_dose_rad, self.memory_dose_rad, self.interrupt_dose_rad

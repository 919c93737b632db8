"""Make the doses and the anomaly's map that come with the program.

    pip install aep8==1.1.0 spacepy==0.7.0
    python docs/make_radiation.py

Needs no part of the program. AP-8 and AE-8 by aep8, doses behind aluminium by SHIELDOSE-2, both from IRBEM; what is
anchored where, and the grades, stand in docs/radiation.md.
"""

import datetime
import warnings
from pathlib import Path

import aep8
import numpy as np
from astropy import units
from astropy.coordinates import EarthLocation
from astropy.time import Time
from spacepy.irbempy import Shieldose2

DATA = Path(__file__).resolve().parent.parent / "orbital_compute" / "model" / "data"
DATE = Time("2025-01-01T00:00:00")  # without effect: each model has its own field
YEAR_S = 365.25 * 86400.0
COSMIC_RAD_PER_YEAR = 7.0  # docs/radiation.md, C
SUN_SYNCHRONOUS_DEG = {
    300: 96.69, 400: 97.05, 500: 97.43, 650: 98.01, 800: 98.63, 1000: 99.5, 1500: 101.98, 2000: 104.92,
}  # fmt: skip
ANCHOR_RAD_PER_YEAR = {500: 90.0, 650: 150.0, 800: 300.0, 1000: 750.0, 1500: 4500.0}  # behind 10 mm
NEIGHBOUR_KM = {400: 500, 300: 500, 2000: 1500}  # anchored at a neighbour by the models' ratio
POLAR_DEG = 82  # stands for the sun-synchronous orbits where the models are run
INCLINATIONS_DEG = (0, 15, 30, 45, 60, 70, POLAR_DEG)
DEPTHS_MM = (1, 2, 5, 10, 20, 50)
FINE_DEPTHS_MM = np.geomspace(0.3, 60.0, 64)  # SHIELDOSE-2 fits splines through its depths: a few would swing
PROTON_MEV = (1, 2, 4, 7, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 100, 120, 150, 200, 250, 300, 400)
ELECTRON_MEV = (0.04, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7)
MAP_ALTITUDES_KM = (300, 400, 500, 600, 700, 800, 1000, 1250, 1500, 2000)
MAP_MEV = 50.0
CELL_DEG = 5
SMALLEST_FLUX = 5e-3


def grid_flux(model, energies_mev, altitude_km, latitude_deg, longitude_deg):
    """Return integral fluxes [1/(cm² s)] on a grid: float64[n_energy, n_latitude, n_longitude]."""
    lat, lon = np.meshgrid(latitude_deg, longitude_deg, indexing="ij")
    place = EarthLocation.from_geodetic(lon.ravel() * units.deg, lat.ravel() * units.deg, altitude_km * units.km)
    shell, ratio = model.geomagnetic_coordinates(place, DATE)
    rows = [model.integral_flux_for_geomagnetic_coordinates(shell, ratio, e * units.MeV).value for e in energies_mev]
    return np.maximum(np.nan_to_num(rows), 0.0).reshape(len(energies_mev), *lat.shape)


def spectrum(energies_mev, integral):
    """Return energies [MeV] and differential fluxes [1/(MeV cm² s)], the integral spectrum taken in logarithms."""
    fine = np.exp(np.linspace(np.log(energies_mev[0]), np.log(energies_mev[-1]), 120))
    log = np.interp(np.log(fine), np.log(energies_mev), np.log(np.maximum(integral, 1e-30)))
    return fine, np.maximum(-np.gradient(np.exp(log), fine), 1e-30)


def doses_rad_per_year(altitude_km):
    """Return {inclination: float64[n_depth]}, doses in aluminium spheres, mean of solar minimum and maximum."""
    latitude, longitude = np.arange(-89.0, 90.0, 2.0), np.arange(-177.5, 180.0, 5.0)
    found = {tilt: np.zeros(len(DEPTHS_MM)) for tilt in INCLINATIONS_DEG}
    along = np.linspace(0.0, 2.0 * np.pi, 7200, endpoint=False) + 1e-4
    for solar in ("min", "max"):
        zonal = {
            kind: grid_flux(aep8.model(solar=solar, particle=kind), e, altitude_km, latitude, longitude).mean(axis=2)
            for kind, e in (("p", PROTON_MEV), ("e", ELECTRON_MEV))
        }
        for tilt in INCLINATIONS_DEG:
            track = np.degrees(np.arcsin(np.sin(np.radians(tilt)) * np.sin(along)))
            shield = Shieldose2()
            shield.set_shielding(depths=FINE_DEPTHS_MM, units="mm")
            for kind, energies, species in (("p", PROTON_MEV, "p_tr"), ("e", ELECTRON_MEV, "e")):
                integral = np.array([np.interp(track, latitude, row).mean() for row in zonal[kind]])
                energy, flux = spectrum(energies, integral)
                shield.set_flux(flux, energy, species=species, tau=YEAR_S)
                if kind == "p":  # it wants untrapped protons on the same energies
                    shield.set_flux(1e-20 * flux, energy, species="p_un", tau=YEAR_S)
            shield.get_dose(detector=3, nucmeth=1)
            dose = np.array(shield.results["dose_total"])[:, 2]
            found[tilt] += 0.5 * np.exp(np.interp(np.log(DEPTHS_MM), np.log(FINE_DEPTHS_MM), np.log(dose)))
    return found


def write_doses(date: str) -> None:
    """Write dose_default.csv."""
    model = {height: doses_rad_per_year(height) for height in SUN_SYNCHRONOUS_DEG}
    reference = {height: model[height][POLAR_DEG][DEPTHS_MM.index(10)] for height in model}
    anchor = dict(ANCHOR_RAD_PER_YEAR)
    for height, near in NEIGHBOUR_KM.items():
        ratio = reference[height] / reference[near]
        anchor[height] = COSMIC_RAD_PER_YEAR + (ANCHOR_RAD_PER_YEAR[near] - COSMIC_RAD_PER_YEAR) * ratio
    lines = [
        "# Dose in silicon at the centre of a sphere of aluminium, mean over a solar cycle [rad(Si)/year]; all C,",
        "# within a factor of 3. Sun-synchronous (96.69 to 104.92 degrees) behind 10 mm: 150 rad/year at 650 km, and",
        "# 0.6, 2, 5, 30 times that at 500, 800, 1000, 1500 km (docs/radiation.md). All else by ratios of AP-8 and",
        "# AE-8 spectra (aep8 1.1.0) through SHIELDOSE-2 (IRBEM in SpacePy 0.7.0), mean of solar minimum and maximum,",
        f"# above 7 rad/year of cosmic rays everywhere. Made {date} by docs/make_radiation.py.",
        "altitude_km,inclination_deg,shielding_mm,dose_rad_per_year,grade",
    ]
    for height, by_tilt in model.items():
        for tilt in INCLINATIONS_DEG:
            shown = SUN_SYNCHRONOUS_DEG[height] if tilt == POLAR_DEG else tilt
            for depth, dose in zip(DEPTHS_MM, by_tilt[tilt], strict=True):
                above = (anchor[height] - COSMIC_RAD_PER_YEAR) * dose / reference[height]
                lines.append(f"{height},{shown:g},{depth},{COSMIC_RAD_PER_YEAR + above:.4g},C")
    (DATA / "dose_default.csv").write_text("\n".join(lines) + "\n")


def write_map(date: str) -> None:
    """Write anomaly_ap8min.csv: means over cells, of points a degree apart."""
    edge = 65
    latitude = np.arange(-edge - 2.0, edge + 3.0)
    longitude = np.arange(-182.0, 178.0)
    centres = range(-180, 180, CELL_DEG)
    lines = [
        "# Trapped protons above 50 MeV, which go through some 10 mm of aluminium: omnidirectional flux",
        "# [1/(cm2 s)], B. AP-8 MIN (Sawyer and Vette 1976, NSSDC/WDC-A-R&S 76-06) by aep8 1.1.0, which wraps IRBEM;",
        "# means over cells of 5 by 5 degrees. AP-8 MIN belongs to the field of Jensen and Cain of 1960 (IRBEM",
        "# documentation): the epoch of the map. Geodetic altitude and latitude; columns are east longitudes of the",
        f"# cells' centres. Made {date} by docs/make_radiation.py.",
        "altitude_km,latitude_deg," + ",".join(str(centre) for centre in centres),
    ]
    model = aep8.model(solar="min", particle="p")
    for height in MAP_ALTITUDES_KM:
        flux = grid_flux(model, [MAP_MEV], height, latitude, longitude)[0]
        cells = flux.reshape(latitude.size // CELL_DEG, CELL_DEG, longitude.size // CELL_DEG, CELL_DEG).mean((1, 3))
        for k, row in enumerate(cells):
            values = (f"{value:.3g}" if value >= SMALLEST_FLUX else "0" for value in row)
            lines.append(f"{height},{-edge + CELL_DEG * k}," + ",".join(f"{float(value):g}" for value in values))
    (DATA / "anomaly_ap8min.csv").write_text("\n".join(lines) + "\n")


def main() -> None:
    warnings.simplefilter("ignore", RuntimeWarning)  # points without a field line have no flux
    date = f"{datetime.datetime.now(datetime.UTC):%d %B %Y}"
    write_map(date)
    write_doses(date)


if __name__ == "__main__":
    main()

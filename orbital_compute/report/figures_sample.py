"""One satellite through one day: its power, its battery, its heat and its temperatures, step by step."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, mean, panels, style
from .headline import names_along
from .timeline import Timeline, row_length_s, timeline

DAY_S = 86400.0
KILO = 1e3


def sample_day(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the day of one sampled satellite: the one that sees the least Sun."""
    if dataset.sizes.get("sample", 0) == 0 or dataset.sizes.get("sample_time", 0) == 0:
        return None
    first_day = dataset.isel(sample_time=slice(0, max(1, round(DAY_S / row_length_s(dataset, "sample_time")))))
    pick = int(np.argmin(first_day["sample_sunlit"].values.mean(axis=0)))
    one = first_day.isel(sample=pick)
    axis = timeline(one, "sample_time", most=1500, ends=True)
    series = {str(name): axis.mean(one[name].values) for name in one.data_vars if one[name].dims == ("sample_time",)}
    row = int(one["sample_satellite"].values) if "sample_satellite" in one.coords else pick
    with style():
        figure, axes = panels(4, height_in=1.55, gap_row_in=0.38, right_in=1.9)
        draw_power(axes[0, 0], axis, series)
        draw_battery(axes[1, 0], axis, series)
        draw_heat(axes[2, 0], axis, series)
        draw_temperatures(axes[3, 0], axis, series)
        for panel in axes[:, 0]:
            shade_eclipses(panel, axis, series["sample_sunlit"])
            axis.set_axis(panel, labelled=panel is axes[3, 0])
    dark = eclipses(series["sample_sunlit"])
    where = place_of(dataset, row)
    return Chart(
        name="sample-day",
        title="One satellite through a day: power, battery, heat, temperature",
        caption=(
            f"Satellite in row {row}{where}: of the sampled satellites the one with the least Sun. Shaded: eclipse. In "
            "sunlight the array carries the load and fills the battery, and gives most while its cells are still cold "
            "from the shadow; in eclipse the battery carries the load. Heat given to the coolant leaves by the "
            "radiator, a little later. Figures at the right are means over the day."
        ),
        alt=(
            f"Four charts of satellite row {row}{where}: {len(dark)} eclipse{'s' * (len(dark) != 1)} in the day, array "
            f"{units.prefixed(mean(series['sample_array_w']), 'W')} on average, load "
            f"{units.prefixed(mean(series['sample_load_w']), 'W')}, lowest charge "
            f"{units.share(float(np.nanmin(series['sample_state_of_charge'])), 0)}, hottest chip "
            f"{units.temperature(float(np.nanmax(series['sample_chip_k'])))}."
        ),
        figure=figure,
    )


def place_of(dataset: xr.Dataset, row: int) -> str:
    """Return `, shell NAME` of a satellite's row, or nothing where the data set does not say."""
    if "satellite_shell" not in dataset.coords or row >= dataset.sizes.get("satellite", 0):
        return ""
    return f", shell {names_along(dataset, 'shell')[int(dataset['satellite_shell'].values[row])]}"


def draw_power(panel: Axes, axis: Timeline, series: dict[str, np.ndarray]) -> None:
    """Draw array, load and compute power of one satellite."""
    array, load, compute = (series[f"sample_{name}_w"] / KILO for name in ("array", "load", "compute"))
    panel.fill_between(axis.x, 0.0, array, color=INK["sun"], alpha=0.3, linewidth=0)
    panel.plot(axis.x, load, color=INK["ink"], linewidth=1.2)
    panel.plot(axis.x, compute, color=INK["orbit"], linewidth=1.2)
    from_zero(panel, greatest(array, load))
    panel.set_ylabel("Power [kW]")
    panel.set_title("Power")
    label_ends(panel, [(greatest(array), f"array {mean(array):.1f} kW", "sun"),
                       (last_value(load), f"load {mean(load):.1f} kW", "ink"),
                       (last_value(compute), f"compute {mean(compute):.1f} kW", "orbit")])  # fmt: skip


def draw_battery(panel: Axes, axis: Timeline, series: dict[str, np.ndarray]) -> None:
    """Draw the state of charge of one satellite."""
    percent = 100.0 * series["sample_state_of_charge"]
    panel.plot(axis.x, percent, color=INK["battery"], linewidth=1.3)
    low = float(np.nanmin(percent))
    panel.set_ylim(max(0.0, low - 0.15 * max(100.0 - low, 5.0)), 101.0)
    panel.set_ylabel("State of charge [%]")
    panel.set_title("Battery")
    charge, discharge = (mean(series[f"sample_{name}_w"]) / KILO for name in ("charge", "discharge"))
    said = f"lowest {low:.0f} %\ncharge {charge:.1f} kW\ndischarge {discharge:.1f} kW"
    label_ends(panel, [(last_value(percent), said, "battery")])


def draw_heat(panel: Axes, axis: Timeline, series: dict[str, np.ndarray]) -> None:
    """Draw heat given to the coolant, heat absorbed from Sun and Earth, and heat radiated."""
    given, absorbed, radiated = (series[f"sample_{name}_w"] / KILO for name in ("heat_in", "sink", "radiated"))
    panel.plot(axis.x, given, color=INK["heat"], linewidth=1.2)
    panel.plot(axis.x, radiated, color=INK["ink"], linewidth=1.2, linestyle=(0, (4, 1.5)))
    panel.plot(axis.x, absorbed, color=INK["sun"], linewidth=1.2)
    from_zero(panel, greatest(given, radiated))
    panel.set_ylabel("Heat flow [kW]")
    panel.set_title("Heat")
    label_ends(panel, [(last_value(radiated), f"radiated {mean(radiated):.1f} kW", "ink"),
                       (last_value(given), f"into coolant {mean(given):.1f} kW", "heat"),
                       (last_value(absorbed), f"from Sun, Earth {mean(absorbed):.1f} kW", "sun")])  # fmt: skip


def draw_temperatures(panel: Axes, axis: Timeline, series: dict[str, np.ndarray]) -> None:
    """Draw the temperatures of the chips and of the coolant."""
    chip, fluid = (series[f"sample_{name}_k"] - units.KELVIN_AT_ZERO_CELSIUS for name in ("chip", "fluid"))
    panel.plot(axis.x, chip, color=INK["heat"], linewidth=1.3)
    panel.plot(axis.x, fluid, color=INK["orbit"], linewidth=1.3, linestyle=(0, (4, 1.5)))
    low, high = float(np.nanmin(fluid)), float(np.nanmax(chip))
    panel.set_ylim(low - 0.1 * (high - low + 1.0), high + 0.1 * (high - low + 1.0))
    panel.set_ylabel("Temperature [°C]")
    panel.set_title("Temperature")
    label_ends(panel, [(last_value(chip), f"chip, highest {high:.0f} °C", "heat"),
                       (last_value(fluid), f"coolant {mean(fluid):.0f} °C", "orbit")])  # fmt: skip


def eclipses(sunlit: np.ndarray) -> list[tuple[int, int]]:
    """Return the spells of points with less than half the Sun as (first, last)."""
    dark = np.concatenate(([False], sunlit < 0.5, [False]))
    edges = np.flatnonzero(dark[1:] != dark[:-1])
    return [(int(first), int(last) - 1) for first, last in zip(edges[::2], edges[1::2], strict=True)]


def shade_eclipses(panel: Axes, axis: Timeline, sunlit: np.ndarray) -> None:
    """Shade the spells without Sun."""
    for first, last in eclipses(sunlit):
        panel.axvspan(axis.edges[first], axis.edges[last + 1], color=INK["shade"], linewidth=0, zorder=0)

"""Power in and out: the fleet's arrays and loads, and what each site draws, hour by hour."""

from __future__ import annotations

import xarray as xr

from . import units
from .chart import INK, Chart, from_zero, greatest, label_ends, last_value, mean, mean_of, panels, style
from .headline import names_along
from .timeline import timeline

MOST_SITES = 6  # panels of one figure; further sites are in the data set


def orbit_power(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of the fleet's power: array, load, compute, curtailed, and what goes through the batteries."""
    if dataset.sizes.get("shell", 0) == 0:
        return None
    axis = timeline(dataset)
    array, load, compute, curtailed, charge, discharge = (
        axis.mean(dataset[f"{name}_power_w"].values.sum(axis=1))
        for name in ("array", "load", "compute", "curtailed", "charge", "discharge")
    )
    factor, prefix = units.scale_for(greatest(array, load))
    with style():
        figure, axes = panels(2, height_in=2.1, gap_row_in=0.4)
        top, bottom = axes[:, 0]
        lines = [
            ("Array output", array, "sun", "-"),
            ("Load", load, "ink", (0, (5, 2))),
            ("of it compute", compute, "orbit", "-"),
            ("Curtailed", curtailed, "limit", (0, (1, 1.2))),
        ]
        for _, values, role, dash in lines:
            top.plot(axis.x, values / factor, color=INK[role], linestyle=dash)
        from_zero(top, greatest(array, load) / factor)
        top.set_ylabel(f"Power [{prefix}W]")
        top.set_title("All satellites together")
        label_ends(top, [(last_value(v) / factor, f"{name} {mean_of(v, 'W')}", role) for name, v, role, _ in lines])
        most = greatest(charge, discharge)
        factor, prefix = units.scale_for(most)
        most_in, most_out = greatest(charge) / factor, greatest(discharge) / factor
        bottom.fill_between(axis.x, charge / factor, color=INK["battery"], alpha=0.6, linewidth=0)
        bottom.fill_between(axis.x, -discharge / factor, color=INK["heat"], alpha=0.6, linewidth=0)
        bottom.axhline(0.0, color=INK["muted"], linewidth=0.8)
        little = 0.05 * most / factor if most > 0.0 else 1.0  # so that a side without flow keeps some room
        bottom.set_ylim(-1.15 * max(most_out, little), 1.15 * max(most_in, little))
        bottom.yaxis.set_major_formatter(lambda value, _: f"{abs(value):g}")
        bottom.set_ylabel(f"Power [{prefix}W]")
        bottom.set_title("Through the batteries")
        label_ends(
            bottom,
            [
                (0.5 * most_in, f"charging {mean_of(charge, 'W')}", "battery"),
                (-0.5 * most_out, f"discharging {mean_of(discharge, 'W')}", "heat"),
            ],
        )
        for panel in (top, bottom):
            axis.set_axis(panel, labelled=panel is bottom)
    return Chart(
        name="orbit-power",
        title="Power in and out of the orbital fleet",
        caption=(
            "Array output and discharge are what comes in; load, charge and what is curtailed is what goes out. In a "
            "large fleet some satellites charge in sunlight while others discharge in eclipse, so the sum is smooth "
            "where a single satellite swings. Figures at the right are means over the run."
        ),
        alt=(
            f"Line chart of fleet power over time. Means: array {units.prefixed(mean(array), 'W')}, load "
            f"{units.prefixed(mean(load), 'W')}, compute {units.prefixed(mean(compute), 'W')}, charging "
            f"{units.prefixed(mean(charge), 'W')}, curtailed {units.prefixed(mean(curtailed), 'W')}."
        ),
        figure=figure,
    )


def site_power(dataset: xr.Dataset) -> Chart | None:
    """Return the chart of each site's power: IT and overhead as areas, grid and battery as lines."""
    n_site = min(dataset.sizes.get("site", 0), MOST_SITES)
    if n_site == 0:
        return None
    axis = timeline(dataset)
    names = names_along(dataset, "site")[:n_site]
    with style():
        n_column = 1 if n_site <= 3 else 2
        n_row = -(-n_site // n_column)
        figure, axes = panels(n_row, n_column, height_in=1.9, gap_row_in=0.6, gap_column_in=2.4, share_x=False)
        flat = axes.ravel()
        for panel in flat[n_site:]:
            panel.set_visible(False)
        for i, panel in enumerate(flat[:n_site]):
            it, total, grid, turbine, charge, discharge = (
                axis.mean(dataset[name].values[:, i])
                for name in (
                    "site_it_power_w", "site_power_w", "grid_power_w", "turbine_power_w", "site_charge_power_w",
                    "site_discharge_power_w",
                )
            )  # fmt: skip
            top = greatest(total, grid)
            factor, prefix = units.scale_for(top)
            panel.fill_between(axis.x, 0.0, it / factor, color=INK["ground"], alpha=0.55, linewidth=0)
            panel.fill_between(axis.x, it / factor, total / factor, color=INK["ground"], alpha=0.22, linewidth=0)
            panel.plot(axis.x, grid / factor, color=INK["ink"])
            from_zero(panel, top / factor)
            panel.set_ylabel(f"Power [{prefix}W]")
            panel.set_title(f"{names[i]}, PUE {mean(total) / max(mean(it), 1e-300):.3f}")
            labels = [
                (0.5 * last_value(it) / factor, f"IT {mean_of(it, 'W')}", "ground"),
                (0.5 * last_value(it + total) / factor, f"Overhead {mean_of(total - it, 'W')}", "ground"),
                (last_value(grid) / factor, f"Grid {mean_of(grid, 'W')}", "ink"),
            ]
            if greatest(turbine) > 0.0:
                panel.plot(axis.x, turbine / factor, color=INK["heat"], linestyle=(0, (5, 2)))
                labels.append((last_value(turbine) / factor, f"Turbines {mean_of(turbine, 'W')}", "heat"))
            for flow, name, role, dash in (
                (charge, "Battery takes", "battery", "-"),
                (discharge, "Battery gives", "orbit", (0, (1, 1.2))),
            ):
                if greatest(flow) > 0.0:
                    panel.plot(axis.x, flow / factor, color=INK[role], linestyle=dash)
                    labels.append((last_value(flow) / factor, f"{name} {mean_of(flow, 'W')}", role))
            label_ends(panel, labels)
            axis.set_axis(panel, labelled=i >= n_site - n_column)
    return Chart(
        name="site-power",
        title="Power in and out of each site",
        caption=(
            "Filled: what the site uses, IT (dark) and overhead for cooling and electrical losses (light). The line is "
            "what it takes from the grid: above the area while the battery plant charges, below it while the battery "
            "or turbines bridge. Figures at the right are means over the run."
        ),
        alt="Area charts of site power: "
        + "; ".join(
            f"{names[i]} uses {units.prefixed(float(dataset['site_power_w'][:, i].mean()), 'W')} on average, of it IT "
            f"{units.prefixed(float(dataset['site_it_power_w'][:, i].mean()), 'W')}"
            for i in range(n_site)
        )
        + ".",
        figure=figure,
    )

"""Numbers as people read them: prefixes, degrees Celsius beside kelvin, hours, shares in per cent.

Inside the program everything is SI; this is the one place where a figure is turned into words for a page or a screen.
"""

from __future__ import annotations

import math

MISSING = "–"
KELVIN_AT_ZERO_CELSIUS = 273.15
JOULE_PER_WATT_HOUR = 3600.0
DAY_S = 86400.0
PETA = 1e15

_PREFIXES = ("", "k", "M", "G", "T", "P", "E", "Z", "Y", "R", "Q")


def number(value: float | None, digits: int = 3) -> str:
    """Return a number with `digits` significant figures, thousands apart; `MISSING` for None and NaN."""
    if value is None or math.isnan(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    if value == 0.0:
        return "0"
    rounded = float(f"{value:.{digits - 1}e}")
    exponent = math.floor(math.log10(abs(rounded)))
    if exponent < -3:
        return f"{value:.{digits - 1}e}"
    return f"{rounded:,.{max(digits - 1 - exponent, 0)}f}"


def count(value: float | None) -> str:
    """Return a whole count: all its digits below a million, then three figures with a word (`1.20 billion`)."""
    if value is None or math.isnan(value):
        return MISSING
    for scale, word in ((1e15, "quadrillion"), (1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(value) >= 0.9995 * scale:
            return f"{number(value / scale)} {word}"
    return f"{round(value):,}"


def short_count(value: float) -> str:
    """Return a count for a narrow column: all its digits below a million, then `17.3 M` (million) and `1.20 bn`."""
    for scale, letter in ((1e15, "qn"), (1e12, "tn"), (1e9, "bn"), (1e6, "M")):
        if abs(value) >= 0.9995 * scale:
            return f"{number(value / scale)} {letter}"
    return f"{round(value):,}"


def prefixed(value: float | None, unit: str, digits: int = 3) -> str:
    """Return a value with the SI prefix that leaves 1 to 999 before the point: `1.23 EFLOP/s`."""
    if value is None or math.isnan(value):
        return MISSING
    factor, prefix = scale_for(value)
    return f"{number(value / factor, digits)} {prefix}{unit}"


def scale_for(value: float) -> tuple[float, str]:
    """Return (factor, prefix) of the SI prefix from kilo upward in which `value` is read most easily."""
    size = abs(value)
    if not math.isfinite(size) or size < 1000.0:
        return 1.0, ""
    # A value that rounds up to the next prefix at three figures belongs to it: 999,600 W is 1.00 MW.
    step = min(int(math.log10(size * 1.0005) // 3), len(_PREFIXES) - 1)
    return 1000.0**step, _PREFIXES[step]


def energy(value_j: float | None) -> str:
    """Return an energy in watt-hours: `812 MWh`."""
    return prefixed(None if value_j is None else value_j / JOULE_PER_WATT_HOUR, "Wh")


def work(value_flop: float | None) -> str:
    """Return work in petaflop/s-days, the unit in which training runs are quoted (8.64e19 FLOP)."""
    if value_flop is None or math.isnan(value_flop):
        return MISSING
    return f"{number(value_flop / (PETA * DAY_S))} PFLOP/s-days"


def share(value: float | None, digits: int = 1) -> str:
    """Return a fraction in per cent; shares that are small but not zero, or nearly all but not all, stay visible."""
    if value is None or math.isnan(value):
        return MISSING
    smallest = 10.0**-digits
    percent = 100.0 * value
    if 0.0 < percent < 0.5 * smallest:
        return f"< {smallest:g} %"
    if 100.0 - 0.5 * smallest < percent < 100.0:
        return f"> {100.0 - smallest:g} %"
    return f"{percent:.{digits}f} %"


def temperature(value_k: float | None) -> str:
    """Return a temperature in both scales: `67.4 °C (340.6 K)`."""
    if value_k is None or math.isnan(value_k):
        return MISSING
    return f"{value_k - KELVIN_AT_ZERO_CELSIUS:.1f} °C ({value_k:.1f} K)"


def duration(value_s: float | None) -> str:
    """Return a time span in the unit that suits it, milliseconds to days."""
    if value_s is None or math.isnan(value_s):
        return MISSING
    if value_s == 0.0:
        return "0 s"
    for limit_s, unit_s, unit in ((1.0, 1e-3, "ms"), (120.0, 1.0, "s"), (7200.0, 60.0, "min"), (DAY_S, 3600.0, "h")):
        if abs(value_s) < limit_s:
            return f"{_short(value_s / unit_s)} {unit}"
    return "1 day" if value_s == DAY_S else f"{_short(value_s / DAY_S)} days"


def _short(value: float) -> str:
    """Return a number with three figures, a whole one without a point."""
    return f"{value:,.0f}" if value == round(value) else number(value)


def residual(value: float | None) -> str:
    """Return a residual or a tolerance: `3.1e-13`, `0.36`, or 0."""
    if value is None or math.isnan(value):
        return MISSING
    if value == 0.0:
        return "0"
    return number(value, 2) if abs(value) >= 0.01 else f"{value:.1e}"

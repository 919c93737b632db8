"""Quantities as text with a unit (`550 km`, `0.07 USD/kWh`), read into SI and written back.

The table of units is our own and closed, for two reasons: checking a scenario must start in a fraction of a second,
which a general unit library does not, and a scenario file should mean the same with every version of every library.
A unit is a product of powers: terms stand side by side or with `*`, `/` divides by the next term only, and a power is
written `m2`, `m^2`, `m**2` or `m²`. SI prefixes go with the names that take them.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache

BASES = ("m", "kg", "s", "K", "rad", "bit", "FLOP", "USD")
ONE = (0,) * len(BASES)

PREFIXES = {
    "n": 1e-9, "u": 1e-6, "µ": 1e-6, "μ": 1e-6, "m": 1e-3, "c": 1e-2,
    "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18, "Z": 1e21,
}  # fmt: skip
BINARY_PREFIXES = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}

# name: (factor to SI, dimension as a text of base units, prefixes allowed)
UNITS: dict[str, tuple[float, str, str]] = {
    "m": (1.0, "m", "numcµμkM"),
    "l": (1e-3, "m3", "m"),
    "L": (1e-3, "m3", "m"),
    "ha": (1e4, "m2", ""),
    "g": (1e-3, "kg", "numµμkM"),
    "t": (1e3, "kg", "kM"),
    "s": (1.0, "s", "nuµμm"),
    "min": (60.0, "s", ""),
    "h": (3600.0, "s", ""),
    "hour": (3600.0, "s", ""),
    "hours": (3600.0, "s", ""),
    "d": (86400.0, "s", ""),
    "day": (86400.0, "s", ""),
    "days": (86400.0, "s", ""),
    "week": (604800.0, "s", ""),
    "weeks": (604800.0, "s", ""),
    "a": (31557600.0, "s", ""),
    "yr": (31557600.0, "s", ""),
    "year": (31557600.0, "s", ""),
    "years": (31557600.0, "s", ""),
    "Gy": (1.0, "m2 s-2", "uµμmc"),
    "mol": (1.0, "", ""),
    "Hz": (1.0, "s-1", "kMG"),
    "K": (1.0, "K", "m"),
    "rad": (1.0, "rad", "mu"),
    "deg": (math.pi / 180.0, "rad", ""),
    "°": (math.pi / 180.0, "rad", ""),
    "arcmin": (math.pi / 10800.0, "rad", ""),
    "arcsec": (math.pi / 648000.0, "rad", ""),
    "W": (1.0, "kg m2 s-3", "mkMGTP"),
    "J": (1.0, "kg m2 s-2", "kMGTP"),
    "Wh": (3600.0, "kg m2 s-2", "kMGT"),
    "N": (1.0, "kg m s-2", "umk"),
    "Pa": (1.0, "kg m-1 s-2", "kM"),
    "bit": (1.0, "bit", "kMGTPE"),
    "byte": (8.0, "bit", "kMGTPE"),
    "B": (8.0, "bit", "kMGTPE"),
    "FLOP": (1.0, "FLOP", "kMGTPEZ"),
    "USD": (1.0, "USD", "kMG"),
    "%": (0.01, "", ""),
    "token": (1.0, "", "kMG"),
    "tokens": (1.0, "", ""),
    "request": (1.0, "", "kMG"),
    "req": (1.0, "", "kMG"),
}
OFFSETS = {"degC": 273.15, "°C": 273.15}  # absolute temperatures only, never inside a product

_NUMBER = re.compile(
    r"\s*([+-]?(?:[0-9][0-9_]*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:nan|inf(?:inity)?))\s*(.*?)\s*\Z", re.I
)
_TERM = re.compile(r"\s*([*·/]?)\s*([A-Za-zµμ°%]+)\s*(?:(?:\^|\*\*)?\s*(-?[0-9])(?![0-9])|([⁻²³¹]{1,2}))?")
_SUPERSCRIPTS = str.maketrans("⁻¹²³", "-123")


class QuantityError(ValueError):
    """A text is not the quantity that is due. `what`, `limit` and `cure` are the parts of the message."""

    def __init__(self, what: str, *, limit: str = "", cure: str = ""):
        super().__init__("; ".join(part for part in (what, limit, cure) if part))
        self.what, self.limit, self.cure = what, limit, cure


def _dimension(text: str) -> tuple[int, ...]:
    """Return the powers of the base units in a text such as "kg m2 s-3"."""
    powers = list(ONE)
    for name, power in re.findall(r"([A-Za-z]+)(-?\d*)", text):
        powers[BASES.index(name)] += int(power or 1)
    return tuple(powers)


def _name(text: str) -> tuple[float, tuple[int, ...]] | None:
    """Return factor and dimension of one name with its prefix; None if the table does not hold it."""
    if text in UNITS:
        factor, dimension, _ = UNITS[text]
        return factor, _dimension(dimension)
    for length, table in ((2, BINARY_PREFIXES), (1, PREFIXES)):
        prefix, rest = text[:length], text[length:]
        if prefix in table and rest in UNITS:
            factor, dimension, allowed = UNITS[rest]
            if prefix in allowed or (length == 2 and rest in ("bit", "byte", "B")):
                return table[prefix] * factor, _dimension(dimension)
    return None


@lru_cache(maxsize=1024)
def unit(text: str) -> tuple[float, tuple[int, ...]]:
    """Return the factor to SI and the dimension of a unit such as "W/m2"; "" is a pure number.

    Raises
    ------
    QuantityError
        The text holds a name that the table does not know.
    """
    factor, powers, position = 1.0, list(ONE), 0
    if text.startswith(("1/", "1 /")):
        text = text[1:]
    while position < len(text):
        match = _TERM.match(text, position)
        known = _name(match.group(2)) if match else None
        if match is None or known is None:
            from difflib import get_close_matches

            word = match.group(2) if match else text[position:].strip()
            near = get_close_matches(word, [*UNITS, "km", "kW", "MW", "kWh", "MWh", "PFLOP", "Gbit", "GB", "degC"], 1)
            cure = f"the nearest is '{near[0]}'" if near else "use SI units and their usual multiples"
            raise QuantityError(f"'{word}' is not a unit that is known here", cure=cure)
        power = int(match.group(3) or (match.group(4) or "1").translate(_SUPERSCRIPTS))
        power = -power if match.group(1) == "/" else power
        factor *= known[0] ** power
        powers = [total + power * own for total, own in zip(powers, known[1], strict=True)]
        position = match.end()
    return factor, tuple(powers)


def dimension_text(dimension: tuple[int, ...]) -> str:
    """Return a dimension as a product of base units."""
    parts = [base + (str(power) if power != 1 else "") for base, power in zip(BASES, dimension, strict=True) if power]
    return " ".join(parts)


def read_quantity(value: object, due_unit: str, *, example: str) -> float:
    """Return a text such as "550 km" as a float in SI.

    Parameters
    ----------
    value : object
        What stands in the scenario; only text is right.
    due_unit : str
        Any unit of the dimension that is due.
    example : str
        A right value, named in the message.

    Raises
    ------
    QuantityError
        A bare number, no number, an unknown unit, a wrong dimension, NaN or infinity.
    """
    due = unit(due_unit)[1]
    if isinstance(value, int | float) and not isinstance(value, bool):
        what = "has no unit" if math.isfinite(value) else "is not a finite number"
        raise QuantityError(f"{value} {what}", cure=f"write it with its unit, like '{example}'")
    match = _NUMBER.match(value) if isinstance(value, str) else None
    if match is None or match.group(2).startswith((",", "_", ".")):
        raise QuantityError(f"{shown(value)} is not a quantity", cure=f"write a number and its unit, like '{example}'")
    number, name = float(match.group(1).replace("_", "")), match.group(2)
    if not math.isfinite(number):
        raise QuantityError(f"'{value}' is not a finite number", cure=f"write a number and its unit, like '{example}'")
    if not name and any(due):
        raise QuantityError(f"'{value}' has no unit", cure=f"write it with its unit, like '{example}'")
    if name in OFFSETS:
        if due != unit("K")[1]:
            raise QuantityError(f"'{value}' is a temperature", cure=f"give a quantity like '{example}'")
        return number + OFFSETS[name]
    factor, dimension = unit(name)
    if dimension != due:
        raise QuantityError(f"'{value}' has a unit of the wrong kind", cure=f"give a quantity like '{example}'")
    result = number * factor
    if not math.isfinite(result):
        raise QuantityError(f"'{value}' is too large to be held", cure=f"write a number and its unit, like '{example}'")
    return result


def write_quantity(value: float, display_unit: str) -> str:
    """Return a float in SI as text, in the display unit where that reads back to the same bits, else in SI."""
    factor, dimension = unit(display_unit)
    for number in (float(f"{value / factor:.12g}"), value / factor):
        if number * factor == value:
            return f"{int(number) if number == int(number) and abs(number) < 1e15 else number} {display_unit}".rstrip()
    return f"{value!r} {dimension_text(dimension)}".rstrip()


def shown(value: object) -> str:
    """Return a value as a message shows it: short, and without the marks of the language."""
    kinds = {dict: "a map", list: "a list", tuple: "a list", type(None): "nothing", bool: str(value).lower()}
    text = kinds.get(type(value)) or (f"'{value}'" if isinstance(value, str) else str(value))
    return text if len(text) <= 60 else text[:57] + "..."

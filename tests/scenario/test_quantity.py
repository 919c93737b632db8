"""Quantities as text: values by hand, what is refused, and that writing reads back to the same bits."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orbital_compute.scenario.quantity import QuantityError, read_quantity, unit, write_quantity


@pytest.mark.parametrize(
    ("text", "due", "value"),
    [
        ("550 km", "m", 550e3),
        ("1e3 km", "m", 1e6),
        ("1_000 km", "m", 1e6),
        ("-90.5 deg", "rad", -90.5 * math.pi / 180),
        ("300 MW", "W", 3e8),
        ("117 kWh", "J", 117 * 3.6e6),
        ("0.07 USD/kWh", "USD/J", 0.07 / 3.6e6),
        ("5 /h", "Hz", 5 / 3600),
        ("5 1/h", "Hz", 5 / 3600),
        ("20 Gbit/s", "bit/s", 2e10),
        ("1 GB", "bit", 8e9),
        ("1 GiB", "bit", 8 * 2**30),
        ("25 degC", "K", 298.15),
        ("9 kJ/m2/K", "J/m2/K", 9e3),
        ("9 kJ m^-2 K^-1", "J/m2/K", 9e3),
        ("3 m²", "m2", 3.0),
        ("3 m**2", "m2", 3.0),
        ("2 %/year", "1/s", 0.02 / 31557600),
        ("1.8 l/kWh", "m3/J", 1.8e-3 / 3.6e6),
        ("4.9 us/km", "s/m", 4.9e-9),
        ("1 day", "s", 86400.0),
        ("2.5 PFLOP/s", "FLOP/s", 2.5e15),
        ("5 mm", "m", 5e-3),
        ("5 min", "s", 300.0),
        ("90 %", "", 0.9),
        ("1500 tokens", "token", 1500.0),
    ],
)
def test_a_quantity_is_read_into_si(text, due, value):
    assert read_quantity(text, due, example="x") == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("550 kg", "unit of the wrong kind; give a quantity like '550 km'"),
        (550, "has no unit; write it with its unit, like '550 km'"),
        ("550", "has no unit"),
        (float("nan"), "not a finite number"),
        ("nan km", "not a finite number"),
        ("-inf km", "not a finite number"),
        ("1e400 km", "not a finite number"),
        ("1e306 km", "too large"),
        ("6,5 km", "not a quantity"),
        ("5 kmm", "not a unit that is known here; the nearest is 'km'"),
        ("5 $", "not a unit that is known here"),
        ("20 degC", "is a temperature"),
        ("five km", "not a quantity"),
        ("", "not a quantity"),
        (None, "nothing is not a quantity"),
        (True, "true is not a quantity"),
        ({"km": 1}, "a map is not a quantity"),
    ],
)
def test_what_is_no_length_is_refused_with_the_cure(value, says):
    with pytest.raises(QuantityError) as caught:
        read_quantity(value, "m", example="550 km")
    assert says in str(caught.value)


@given(
    st.floats(min_value=-1e9, max_value=1e9, allow_subnormal=False),
    st.sampled_from(["km", "kWh", "USD/kWh", "deg", "/h", "%/year", "l/kWh", "us/km", "Gbit/s", "ms", "kJ/m2/K", "%"]),
)
def test_what_is_written_reads_back_to_the_same_bits(number, name):
    value = number * unit(name)[0]
    assert read_quantity(write_quantity(value, name), name, example="x") == value


def test_writing_prefers_round_numbers_of_the_usual_unit():
    assert write_quantity(550e3, "km") == "550 km"
    assert write_quantity(0.07 / 3.6e6, "USD/kWh") == "0.07 USD/kWh"
    assert write_quantity(0.0, "K") == "0 K"

"""Laws of health: each number stands in its range with grade and source; impossible ones are refused."""

from dataclasses import fields
from pathlib import Path

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model import health_spec
from orbital_compute.model.health_spec import (
    YEAR_S,
    BatteryAgeing,
    DeviceAgeing,
    DeviceFailures,
    HealthSpec,
    SatelliteFailures,
    StringFailures,
    figure_of,
)

LAWS = [law for law in vars(health_spec).values() if isinstance(law, type) and issubclass(law, health_spec._Law)][1:]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_every_default_lies_in_its_range_and_names_its_source(law):
    made = law()
    for one in fields(law):
        figure = figure_of(law, one.name)
        assert figure.value == getattr(made, one.name)
        assert figure.low <= figure.value <= figure.high
        assert figure.grade in "ABC"
        assert len(figure.source) > 5
        assert law(**{one.name: type(figure.value)(figure.low)}) != law(**{one.name: type(figure.value)(figure.high)})


def test_all_laws_but_the_option_are_on_by_default_and_none_switches_all_off():
    on, off = HealthSpec(), HealthSpec.none()
    assert [one.name for one in fields(on) if getattr(on, one.name) is None] == ["device_ageing"]
    assert all(getattr(off, one.name) is None for one in fields(off))
    assert {type(getattr(on, one.name)) for one in fields(on)} - {type(None)} == set(LAWS) - {DeviceAgeing}


@pytest.mark.parametrize(
    ("law", "name", "value"),
    [
        (DeviceFailures, "rate_per_year", -0.1),
        (DeviceFailures, "factor", float("nan")),
        (SatelliteFailures, "infant_share", 1.5),
        (BatteryAgeing, "coupling", 1.01),
        (BatteryAgeing, "reference_cycles", 0.0),
        (StringFailures, "count", 0),
        (StringFailures, "count", 256),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_name(law, name, value):
    with pytest.raises(ScenarioError, match=rf"{law.__name__}\.{name}"):
        law(**{name: value})


def test_the_page_on_health_has_the_numbers_of_the_laws():
    page = (Path(__file__).parents[2] / "docs" / "health.md").read_text(encoding="utf-8")
    for law in LAWS:
        for one in fields(law):
            figure = figure_of(law, one.name)
            scale, unit = (YEAR_S, "yr") if figure.unit == "s" else (1.0, figure.unit)
            numbers = " | ".join(f"{x / scale:g}" for x in (figure.low, figure.value, figure.high))
            assert f"| {law.__name__} | {one.name} | {numbers} | {unit} | {figure.source} |" in page

"""The laws of health: from a checked scenario to the specifications that the model takes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..model.air_spec import AirSpec, DragSpec
from ..model.gang import GangSpec
from ..model.health_spec import (
    YEAR_S,
    BatteryAgeing,
    CellAgeing,
    CoatingAgeing,
    DeviceAgeing,
    DeviceFailures,
    HealthSpec,
    LaserFailures,
    PumpFailures,
    SatelliteFailures,
    StringFailures,
)
from ..model.radiation import AnomalySpec, RadiationSpec, SolarCycleSpec
from ..model.solar_activity import ACTIVITIES, solar_activity
from . import schema_health, schema_space
from .files import DOSE_TABLES, resolved
from .load import Scenario

RAD_PER_GRAY = 100.0
MILLIMETRE_M = 1e-3


@dataclass(frozen=True)
class HealthLaws:
    """What the scenario says of health; a law that is None, in `fleet` too, is off. `gangs` holds classes by name.

    Without `fleet` (`health: none`) satellites keep what their age has left them at the start.
    """

    radiation: RadiationSpec | None
    fleet: HealthSpec | None
    air: AirSpec | None
    gangs: dict[str, GangSpec]


def health_laws(scenario: Scenario) -> HealthLaws:
    """Return the laws of health that a scenario asks for.

    Raises
    ------
    ScenarioError
        A file that it names is missing or wrong.
    """
    health = scenario.health
    if health is None:
        return HealthLaws(None, None, None, {})
    return HealthLaws(
        radiation=None if health.radiation is None else radiation(health.radiation, scenario),
        fleet=HealthSpec(**_failures(health.failures), **_ageing(health.ageing)),
        air=None if health.air is None else air(health.air, scenario),
        gangs={} if health.gangs is None else gangs(health.gangs, scenario),
    )


def radiation(item: schema_health.Radiation, scenario: Scenario) -> RadiationSpec:
    """Return dose and soft errors."""
    cycle, anomaly = item.solar_cycle, item.anomaly
    known = item.dose in DOSE_TABLES
    return RadiationSpec(
        table=item.dose if known else str(resolved(scenario, item.dose, "health.radiation.dose")),
        shielding_mm=item.shielding / MILLIMETRE_M,
        shielding_exponent=item.shielding_exponent,
        corruption_dose_rad=item.corruption_dose * RAD_PER_GRAY,
        memory_dose_rad=item.memory_dose * RAD_PER_GRAY,
        interrupt_dose_rad=item.interrupt_dose * RAD_PER_GRAY,
        transfer=item.transfer,
        detection=item.detection,
        corruption_recovery_s=item.corruption_recovery,
        memory_recovery_s=item.memory_recovery,
        interrupt_recovery_s=item.interrupt_recovery,
        solar_cycle=None if cycle is None else SolarCycleSpec(cycle.strongest_year, cycle.quiet_over_active),
        anomaly=None
        if anomaly is None
        else AnomalySpec(
            west_drift_deg_per_year=math.degrees(anomaly.west_drift) * YEAR_S,
            north_drift_deg_per_year=math.degrees(anomaly.north_drift) * YEAR_S,
            background_rad_per_year=anomaly.background * RAD_PER_GRAY * YEAR_S,
        ),
    )


def _failures(item: schema_health.Failures | None) -> dict:
    if item is None:
        return dict.fromkeys(("satellites", "devices", "strings", "pumps", "lasers"))
    lost = item.satellites
    satellites = lost and SatelliteFailures(
        infant_share=lost.infant_share,
        infant_shape=lost.infant_shape,
        infant_scale_s=lost.infant_scale,
        wear_shape=lost.wear_shape,
        wear_scale_s=lost.wear_scale,
    )
    return {
        "satellites": satellites,
        "devices": item.devices and DeviceFailures(item.devices.rate * YEAR_S, item.devices.orbit_factor),
        "strings": item.strings and StringFailures(item.strings.count, item.strings.rate * YEAR_S),
        "pumps": item.pumps and PumpFailures(item.pumps.count, item.pumps.rate * YEAR_S),
        "lasers": item.lasers and LaserFailures(item.lasers.count, item.lasers.rate * YEAR_S),
    }


def _ageing(item: schema_health.Ageing | None) -> dict:
    if item is None:
        return dict.fromkeys(("cells", "coatings", "batteries", "device_ageing"))
    cells, batteries = item.cells, item.batteries
    return {
        "cells": cells and CellAgeing(cells.ultraviolet_share, cells.logarithm, cells.reference_age),
        "coatings": item.coatings and CoatingAgeing(item.coatings.settling),
        "batteries": batteries
        and BatteryAgeing(
            reference_s=batteries.reference_age,
            reference_k=batteries.reference_temperature,
            reference_cycles=batteries.reference_cycles,
            reference_depth=batteries.reference_depth,
            activation_j_mol=batteries.activation_energy,
            charge_gain=batteries.charge_gain,
            hold_k=batteries.hold_temperature,
            coupling=batteries.coupling,
            history_share=batteries.history_share,
        ),
        "device_ageing": item.devices and DeviceAgeing(item.devices.loss * YEAR_S),
    }


def gangs(item: schema_health.Gangs, scenario: Scenario) -> dict[str, GangSpec]:
    """Return the gangs of the classes that have one, by class."""
    return {
        name: GangSpec(
            chips=job.gang.chips,
            checkpoint_s=job.gang.checkpoint,
            restart_s=job.gang.restart,
            detection=job.gang.detection,
            hardware_faults_per_chip_year=item.hardware_faults * YEAR_S,
            timing=job.gang.timing,
        )
        for name, job in scenario.workload.classes.items()
        if job.gang is not None
    }


def air(item: schema_health.Air, scenario: Scenario) -> AirSpec:
    """Return the air, and how each design of satellite meets it."""
    where = "health.air.activity"
    name = item.activity if item.activity in ACTIVITIES else resolved(scenario, item.activity, where)
    return AirSpec(
        activity=solar_activity(name),
        density=item.density,
        drag={name: drag(satellite.drag) for name, satellite in scenario.satellite_types.items()},
        geomagnetic_ap=item.geomagnetic_ap,
        end_altitude_m=item.end_altitude,
        rule_s=item.lifetime_rule,
    )


def drag(item: schema_space.Drag) -> DragSpec:
    """Return how a design meets the air."""
    return DragSpec(
        coefficient=item.coefficient,
        body_area_m2=item.body_area,
        edge_fraction=item.edge_fraction,
        ram_area_m2=item.ram_area,
        tumbling_area_m2=item.tumbling_area,
        specific_impulse_s=item.specific_impulse,
        propellant_kg=item.propellant,
    )

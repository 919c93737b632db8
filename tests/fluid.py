"""The step of a node that radiates, composed of the laws that the march uses."""

from orbital_compute._math import exprel
from orbital_compute.physics.thermal import relaxation, responded_k


def relaxed_k(temperature_k, heat_w, emission_w_k4, step_per_capacity):
    """Return the temperature a step later, with the general function for the response."""
    response = exprel(relaxation(temperature_k, emission_w_k4, step_per_capacity))
    return responded_k(temperature_k, heat_w, emission_w_k4, step_per_capacity, response)

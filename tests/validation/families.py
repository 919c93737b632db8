"""All families: importing this file enters them."""

from validation import element_set_cases, ground_cases, heat_cases, light_cases, network_cases, orbit_cases

__all__ = ["element_set_cases", "ground_cases", "heat_cases", "light_cases", "network_cases", "orbit_cases"]

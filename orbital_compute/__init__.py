"""A simulator of compute in orbit beside compute on the ground."""

__version__ = "0.1.0"

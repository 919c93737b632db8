"""A simulator of compute in orbit beside compute on the ground.

    import orbital_compute as oc

    scenario = oc.load_scenario("scenarios/quickstart.yaml")
    results = oc.simulate(scenario, output="out/")
    print(results.summary())

The names below are fetched when they are first used, so that importing the package stays quick.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from . import network
    from .errors import (
        AuditError,
        ModelError,
        OrbitalComputeError,
        ResultsError,
        ScenarioError,
        StoppedError,
        WontFitError,
    )
    from .model.constellation import Constellation
    from .model.light import illumination, sun
    from .model.propagation import Forces, propagate_numerical
    from .results import Results
    from .run import resume, simulate
    from .scenario.load import Scenario, load_scenario
    from .store.reader import open_results

__all__ = [
    "AuditError",
    "Constellation",
    "Forces",
    "ModelError",
    "OrbitalComputeError",
    "Results",
    "ResultsError",
    "Scenario",
    "ScenarioError",
    "StoppedError",
    "WontFitError",
    "__version__",
    "illumination",
    "load_scenario",
    "network",
    "open_results",
    "propagate_numerical",
    "reference_dispatch",
    "resume",
    "simulate",
    "sun",
]

_HOME = {
    "AuditError": "errors",
    "Constellation": "model.constellation",
    "Forces": "model.propagation",
    "ModelError": "errors",
    "OrbitalComputeError": "errors",
    "Results": "results",
    "ResultsError": "errors",
    "Scenario": "scenario.load",
    "ScenarioError": "errors",
    "StoppedError": "errors",
    "WontFitError": "errors",
    "illumination": "model.light",
    "load_scenario": "scenario.load",
    "open_results": "store.reader",
    "propagate_numerical": "model.propagation",
    "reference_dispatch": "study.optimum",
    "resume": "run",
    "simulate": "run",
    "sun": "model.light",
}

_MODULES = ("network",)


class _Face(ModuleType):
    """The package's own module type: a public name never turns into the file of the same name.

    Importing `orbital_compute.simulate` makes Python set the attribute `simulate` of the package to that file's
    module. Here it stays the function, whatever was imported first.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOME and isinstance(value, ModuleType):
            return
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""A user's own dispatch: a function of a window's programme that says what work goes which way."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ...errors import ModelError, Problem, ScenarioError
from ..dispatch import Assignment
from ..programme import Programme
from .turns import judged, share_of_group

ROUNDING = 1e-9  # of a limit, or of the largest supply: what sums and differences may miss it by, and not be refused
PATH = "policy.user"

UserFunction = Callable[[Programme, int], np.ndarray]


class UserPolicy:
    """A function of (programme, window) that returns float64[n_signature, n_route], work in FLOP, as a policy.

    What it returns is checked against every limit, and judged by the certificate of the optimum.

    Parameters
    ----------
    function : callable
    name : str
        Of the function, for messages.
    """

    def __init__(self, function: UserFunction, name: str):
        self.function, self.name = function, name

    def __call__(self, programme: Programme, w_window: int) -> Assignment:
        """Return the function's flows.

        Raises
        ------
        ModelError
            They break a limit: with the window, what was assigned and what there was.
        """
        flow_flop = np.asarray(self.function(programme, w_window), float)
        self._check(programme, flow_flop, f"policy {self.name}, window {w_window}")
        flow_flop = np.maximum(flow_flop, 0.0)
        group_flop = np.zeros(programme.feasible.shape)
        np.add.at(group_flop.T, programme.route_group, flow_flop.T)
        share = share_of_group(programme, flow_flop.sum(axis=0))
        return judged(programme, group_flop, share)

    def _check(self, programme: Programme, flow_flop: np.ndarray, where: str) -> None:
        shape = programme.can_use.shape
        if flow_flop.shape != shape:
            what = (
                f"an array of shape {flow_flop.shape} came back; its rows are signatures, its columns routes, {shape}"
            )
            raise _refused(where, what, flow_flop.shape, shape)
        bad = ~(np.isfinite(flow_flop) & (flow_flop >= -ROUNDING * programme.supply_flop.max(initial=0.0)))
        if bad.any():
            s, r = np.argwhere(bad)[0]
            what = f"{flow_flop[s, r]:g} FLOP of signature {s} go by route {r}; work is finite and not negative"
            raise _refused(where, what, float(flow_flop[s, r]), 0.0)
        astray = (flow_flop > 0.0) & ~programme.can_use
        if astray.any():
            s, r = np.argwhere(astray)[0]
            k = int(programme.route_demand[r])
            what = f"{flow_flop[s, r]:.6g} FLOP for demand {k} go from signature {s} by route {r}, which it cannot use"
            raise _refused(where, what, float(flow_flop[s, r]), 0.0)
        by_route = flow_flop.sum(axis=0)
        own_use = [flow_flop @ use[programme.route_group] for use in programme.group_use]
        for of, given, limit, unit in (
            ("signature", flow_flop.sum(axis=1), programme.supply_flop, "FLOP, which offers"),
            *[
                ("signature", used, most, f"of own limit {number}, which has")
                for number, (used, most) in enumerate(zip(own_use, programme.own_limit.T, strict=True))
            ],
            ("demand", programme.by_demand(by_route), programme.demand_flop, "FLOP, which wants"),
            ("arc", programme.by_arc(by_route), programme.arc_capacity_bit, "bit, which carries"),
        ):
            over = given > limit * (1.0 + ROUNDING)
            if over.any():
                i = int(np.argmax(np.where(over, given - limit, -np.inf)))
                raise _refused(where, f"{of} {i} is given {given[i]:.6g} {unit} {limit[i]:.6g}", given[i], limit[i])


def _refused(where: str, what: str, value, limit) -> ModelError:
    return ModelError(f"{where}: {what}", quantity="assigned_flop", value=value, limit=limit, where=where)


def load_user_policy(text: str, folder: Path) -> tuple[UserPolicy, str]:
    """Return the policy that `file.py:function` or `package.module:function` names, and a sentence on its origin.

    A file's place is relative to `folder`.

    Raises
    ------
    ScenarioError
        There is no such file, module or function, or it fails on being read.
    """
    source, _, name = text.rpartition(":")
    if not source or not name.isidentifier():
        raise ScenarioError(Problem(f"'{text}' names no function", PATH, text, cure="write file.py:function"))
    file = folder / source
    if source.endswith(".py") and not file.is_file():
        raise ScenarioError(Problem(f"there is no file {file}", PATH, text, cure="give its place from the scenario's"))
    try:
        module = _from_file(file) if source.endswith(".py") else importlib.import_module(source)
    except Exception as error:  # whatever the user's own code raises
        raise ScenarioError(Problem(f"{source} fails on being read: {error!r}", PATH, text)) from error
    function = getattr(module, name, None)
    if not callable(function):
        raise ScenarioError(Problem(f"{source} has no function {name}", PATH, text))
    origin = f"the dispatch is the scenario's own, {text}"
    if module.__file__ is not None:
        origin += f", sha256 {hashlib.sha256(Path(module.__file__).read_bytes()).hexdigest()}"
    return UserPolicy(function, text), origin


def _from_file(file: Path):
    name = f"orbital_compute_policy_{hashlib.sha256(str(file.resolve()).encode()).hexdigest()[:16]}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # it ends in .py
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module

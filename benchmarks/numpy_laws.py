"""The march's own laws run by NumPy over whole arrays: what the same physics costs without a compiler.

The laws are branch-free functions of scalars. Here their text is read again with selections as `np.where`, `min` and
`max` as NumPy's, and a fused multiply-add as a product and a sum; then they take arrays. Sines, powers and the like are
NumPy's own, which are its quickest. With `polynomials` they stay as the march has them, and arrays of type `Counted`
tell how many floating-point operations the equations ask for.
"""

import ast
import importlib
import inspect
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

PACKAGE = "orbital_compute"
COUNTED = {"add": 1, "subtract": 1, "multiply": 1, "divide": 1, "true_divide": 1, "negative": 0, "sqrt": 1}


class _ToArrays(ast.NodeTransformer):
    """Turn a law of scalars into one of arrays."""

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        self.generic_visit(node)
        return ast.Call(ast.parse("np.where", mode="eval").body, [node.test, node.body, node.orelse], [])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            node.func = ast.parse(f"np.{node.func.id}imum", mode="eval").body
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        node.decorator_list = []
        return node


def _sincos(angle):
    return np.sin(angle), np.cos(angle)


# NumPy's own functions in place of the polynomials of `_math`
LIBRARY: dict[str, Callable] = {
    "sincos_turn": lambda turn: _sincos(2 * np.pi * turn),
    "sincos_small": _sincos,
    "asin": np.arcsin,
    "acos": np.arccos,
    "exprel": lambda x: np.expm1(np.minimum(x, -1e-300)) / np.minimum(x, -1e-300),
    "log2": np.log2,
    "exp2": np.exp2,
    "power": lambda x, exponent: np.power(np.maximum(x, 0.0), exponent),
}


class Laws:
    """The package's modules of laws, read as laws of arrays, by their names: `laws.module("kernels.satellite")`."""

    def __init__(self, *, polynomials: bool):
        self._library = {} if polynomials else LIBRARY
        self._modules: dict[str, SimpleNamespace] = {}

    def module(self, name: str) -> SimpleNamespace:
        """Return a module's functions and classes."""
        full = f"{PACKAGE}.{name}"
        if full not in self._modules:
            self._modules[full] = self._read(full)
        return self._modules[full]

    def _read(self, full: str) -> SimpleNamespace:
        module = importlib.import_module(full)
        names = dict(vars(module)) | {"np": np, "math": SimpleNamespace(**{**vars(math), "sqrt": np.sqrt})}
        kept = []
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ImportFrom) and node.level and node.module not in ("_jit", "constants"):
                package = full.split(".")[: -node.level]
                inner = ".".join([*package[1:], *node.module.split(".")])
                names |= {a.asname or a.name: getattr(self.module(inner), a.name) for a in node.names}
            elif isinstance(node, ast.FunctionDef):
                kept.append(ast.fix_missing_locations(_ToArrays().visit(node)))
        exec(compile(ast.Module(kept, []), f"<{full} over arrays>", "exec"), names)  # this package's own text
        if full == f"{PACKAGE}._math":
            names |= {
                "fma": lambda a, b, c: a * b + c,
                "bits_of": lambda x: np.asarray(x).view(np.int64),
                "double_of": lambda bits: np.asarray(bits).view(np.float64),
                **self._library,
            }
        return SimpleNamespace(**names)


def call(law: Callable, records: dict[str, Any]) -> Any:
    """Call a law with the records that its parameters name."""
    return law(*[records[name] for name in inspect.signature(law).parameters])


class NumPyMarch:
    """A window of steps of some satellites as NumPy arrays: `march()` does what `march_window` does."""

    def __init__(self, records: dict[str, Any], suns: np.ndarray, *, polynomials: bool = False):
        """`records`: orbit, slot, hardware, factor and state of the satellites, fields float64[n] or shared floats."""
        laws = Laws(polynomials=polynomials)
        self._orbit, self._satellite = laws.module("physics.orbit"), laws.module("kernels.satellite")
        self._records, self._suns = records, suns
        self._sun = laws.module("physics.sun").Sun

    def prepare(self) -> None:
        """Plan the window; all that is planned is assigned."""
        r = self._records
        r["sun"] = self._sun(*self._suns[0])
        self._walk(anchor=True)
        r["window"] = call(self._satellite.window_stage, r)._replace(share=1.0)

    def look_ahead(self) -> np.ndarray:
        """Return the work that the plan offers [FLOP], float64[n]: the steps of the first pass."""
        r, s, offer = self._records, self._satellite, 0.0
        h, w = r["hardware"], r["window"]
        for row in self._suns:
            r["sun"] = self._sun(*row)
            self._walk()
            lit = call(s.share_stage, r)
            offer = offer + h.peak_flop_s * h.step_s * s.rate_at(h, s.planned_w(w.sun_w, w.dark_w, lit))
            s.rate_at(h, s.planned_w(w.sun_free_w, w.dark_free_w, lit))
        return offer

    def march(self) -> dict[str, Any]:
        """Take the steps; return the records at the end."""
        r, s = self._records, self._satellite
        ledger = s.Ledger(*[0.0] * len(s.Ledger._fields))
        state = r["state"]
        r["ledger"] = ledger._replace(
            battery_min_j=state.battery_j, battery_start_j=state.battery_j, fluid_start_k=state.fluid_k
        )
        for row in self._suns:
            r["sun"] = self._sun(*row)
            self._walk()
            r["light"] = call(s.light_stage, r)
            r["power"] = call(s.power_stage, r)
            r["later"] = call(s.heat_stage, r)
            r["radiated"] = call(s.radiated_j, r)
            r["ledger"] = call(s.add_step, r)
            r["state"] = r["later"]
        return r

    def _walk(self, *, anchor: bool = False) -> None:
        r = self._records
        sun = r["sun"]
        if anchor:
            r["anchor"] = call(self._orbit.anchor_orbit, {**r, "time_s": sun.time_s - sun.window_s})
        r["path"] = call(self._orbit.orbit_path, {**r, "time_s": sun.time_s, "window_s": sun.window_s})


class Counted(np.ndarray):
    """An array that counts the floating-point operations that make it: in `operations`, for each element."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        options.pop("out", None)  # `x += y` gets a new array
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        if isinstance(result, np.ndarray) and result.dtype == np.float64:
            Counted.operations += COUNTED.get(ufunc.__name__, 0)
        return result.view(Counted) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function, types, arguments, options):
        result = function(*map(_plain, arguments), **options)
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def _plain(value):
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def operations(records: dict[str, Any], suns: np.ndarray) -> tuple[int, int]:
    """Return the operations of a satellite-step as the equations are written: of the march, and of the look ahead.

    Additions, multiplications, divisions and roots count one each, a fused multiply-add two; comparisons, selections,
    roundings and signs none. Products of two constants of the satellite count too, where the compiler may keep them.
    """

    def few(values):
        return type(values)(*(x[:4].view(Counted) if isinstance(x, np.ndarray) else x for x in values))

    march = NumPyMarch({name: few(values) for name, values in records.items()}, suns[:1], polynomials=True)
    march.prepare()
    found = []
    for work in (march.march, march.look_ahead):
        Counted.operations = 0
        work()
        found.append(Counted.operations)
    return found[0], found[1]

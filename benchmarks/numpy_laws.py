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

from orbital_compute.kernels.records import UNSPLIT

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


def some(values: Any, chosen: np.ndarray) -> Any:
    """Return a record, or an array, of the chosen satellites alone; fields that all share stay as they are."""
    if isinstance(values, np.ndarray):
        return values[chosen]
    return type(values)(*(x[chosen] if np.ndim(x) else x for x in values))


class NumPyMarch:
    """A window of steps of some satellites as NumPy arrays: what `prepare_window` and `march_window` do.

    Parameters
    ----------
    records : dict[str, NamedTuple]
        orbit, slot, hardware, health and state of the satellites; fields are float64[n], or floats that all share.
    suns : float64[n_step, 12]
    polynomials : bool
        Keep the march's own sines, powers and the like.
    """

    def __init__(self, records: dict[str, Any], suns: np.ndarray, *, polynomials: bool = False):
        laws = Laws(polynomials=polynomials)
        self._orbit, self._satellite = laws.module("physics.orbit"), laws.module("kernels.satellite")
        self._records, self._suns = dict(records), [laws.module("physics.sun").Sun(*row) for row in suns]
        sun = self._suns[0]
        self._records["anchor"] = self._law(self._orbit.anchor_orbit, time_s=sun.time_s - sun.window_s)

    def _law(self, law: Callable, **more: Any) -> Any:
        """Call a law with the records that its parameters name, and keep the answer nowhere."""
        records = self._records | more
        return law(*[records[name] for name in inspect.signature(law).parameters])

    def _where_needed(self, needed: np.ndarray, law: Callable, names: tuple[str, ...]) -> Any:
        """Call a law of these records for the satellites that need it."""
        few = {name: some(self._records[name], needed) for name in names}
        return self._law(law, **few)

    def prepare(self) -> None:
        """Plan the window; all that the plan offers is assigned."""
        r, s = self._records, self._satellite
        self._walk(self._suns[0])
        r["ahead"] = self._law(s.ahead_stage)
        for law in (s.working, s.worn):
            r["hardware"] = r["hardware"]._replace(**self._law(law)._asdict())
        r["plan"], r["free"] = self._law(s.plan_stage), self._law(s.free_stage)
        r["share"], r["pledge"] = 1.0, self._law(s.pledge_of)
        r["window"], r["sight"] = self._law(s.window_of), self._law(s.sight_stage)
        r["order"] = self._law(s.order_stage)

    def look_ahead(self) -> np.ndarray:
        """Return the work that the plan offers [FLOP], float64[n]: the steps of the first pass."""
        r, lit = self._records, 0.0
        for sun in self._suns:
            self._walk(sun)
            lit = lit + self._share_in_light()
        dark = len(self._suns) - lit
        return self._satellite.offered_flop(r["hardware"], r["plan"], lit, dark)

    def march(self) -> dict[str, Any]:
        """Take the steps; return the records at the end."""
        r, s = self._records, self._satellite
        state = r["state"]
        r["ledger"] = s.Ledger(*[0.0] * len(s.Ledger._fields))._replace(
            battery_min_j=state.battery_j, battery_start_j=state.battery_j, fluid_start_k=state.fluid_k
        )
        for sun in self._suns:
            self._walk(sun)
            r["sunlit"] = self._share_in_light()
            if "aim" not in r or np.any(self._law(s.turns)):
                r["aim"] = self._law(s.aim_stage)
            r["aspect"] = self._law(s.aspect_stage)
            r["light"] = self._law(s.light_stage)
            r["split"] = self._split()
            r["response"] = self._law(s.response_stage)
            steep = r["response"].steep > 0.0
            if steep.any():
                new = self._where_needed(steep, s.steep_stage, ("hardware", "state", "response"))
                for old, value in zip(r["response"], new, strict=True):
                    old[steep] = value
            r["supply"] = self._law(s.supply_stage)
            r["power"] = self._law(s.power_stage)
            cut = r["power"].cut > 0.0
            if cut.any():
                rate = self._where_needed(cut, s.cut_stage, ("hardware", "order", "light", "power"))
                r["power"].rate[cut] = rate
            r["later"] = self._law(s.heat_stage)
            r["radiated"] = self._law(s.radiated_j)
            r["ledger"] = self._law(s.add_step)
            r["state"] = r["later"]
        return r

    def _walk(self, sun: Any) -> None:
        self._records["sun"] = sun
        self._records["path"] = self._law(self._orbit.orbit_path, time_s=sun.time_s, window_s=sun.window_s)

    def _share_in_light(self) -> np.ndarray:
        s = self._satellite
        side = self._law(s.side_stage)
        sunlit, near = side.sunlit + 0.0, np.asarray(side.near)
        if near.any():
            sunlit[near] = self._where_needed(near, s.edge_stage, ("orbit", "hardware", "sight", "path"))
        return sunlit

    def _split(self) -> Any:
        r, s = self._records, self._satellite
        parted = (r["sunlit"] > 0.0) & (r["sunlit"] < 1.0)
        split = s.Split(*(np.full_like(r["sunlit"], value) for value in UNSPLIT))
        if parted.any():
            for whole, value in zip(split, self._where_needed(parted, s.split_stage, ("order", "sunlit")), strict=True):
                whole[parted] = value
        return split


class Counted(np.ndarray):
    """An array that counts the floating-point operations that make it and its kind, in `operations`."""

    operations = 0

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        options.pop("out", None)  # `x += y` gets a new array
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        if isinstance(result, np.ndarray) and result.dtype == np.float64:
            Counted.operations += COUNTED.get(ufunc.__name__, 0) * result.size
        return result.view(Counted) if isinstance(result, np.ndarray) else result

    def __array_function__(self, function, types, arguments, options):
        result = function(*map(_plain, arguments), **options)
        return result.view(Counted) if isinstance(result, np.ndarray) else result


def _plain(value):
    return value.view(np.ndarray) if isinstance(value, Counted) else value


def operations(records: dict[str, Any], suns: np.ndarray) -> tuple[float, float]:
    """Return the operations of a satellite-step as the equations are written: of the march, and of the look ahead.

    Additions, multiplications, divisions and roots count one each, a fused multiply-add two; comparisons, selections,
    roundings and signs none. Products of two constants of the satellite count too, which the compiler may keep. What
    only few satellites need counts for those alone, though the march does it for all 32 lanes of a tile.
    """

    def counted(values):
        return type(values)(*(x.view(Counted) if isinstance(x, np.ndarray) else x for x in values))

    march = NumPyMarch({name: counted(values) for name, values in records.items()}, suns, polynomials=True)
    march.prepare()
    n_step = next(x.size for x in records["state"]) * len(suns)
    found = []
    for work in (march.march, march.look_ahead):
        Counted.operations = 0
        work()
        found.append(Counted.operations / n_step)
    return found[0], found[1]

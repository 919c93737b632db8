"""The march over whole arrays by NumPy: the stages in the order of `kernels.march`, all satellites at once.

The laws are those of the package, whose text is read as laws of arrays: selections as `np.where`, and a fused
multiply-add as a product and a sum. The elementary functions of `_math` are read alike. So it shares every formula with
the compiled march, and neither its compiler, its lanes and tiles, nor its short cuts where no lane needs a stage.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import math
from types import SimpleNamespace

import numpy as np

from orbital_compute.kernels import records

PACKAGE = "orbital_compute"


class _ToArrays(ast.NodeTransformer):
    """Turn a law of scalars into one of arrays."""

    def visit_IfExp(self, node):
        self.generic_visit(node)
        return ast.Call(ast.parse("np.where", mode="eval").body, [node.test, node.body, node.orelse], [])

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in ("min", "max"):
            node.func = ast.parse(f"np.{node.func.id}imum", mode="eval").body
        return node

    def visit_FunctionDef(self, node):
        self.generic_visit(node)
        node.decorator_list = []
        return node


class Laws:
    """Modules of laws, read as laws of arrays: `Laws()["kernels.satellite"].power_stage(...)`."""

    def __init__(self):
        self._read = {}

    def __getitem__(self, name):
        if name not in self._read:
            self._read[name] = self._module(f"{PACKAGE}.{name}")
        return self._read[name]

    def _module(self, full):
        module = importlib.import_module(full)
        names = dict(vars(module)) | {"np": np, "math": SimpleNamespace(**{**vars(math), "sqrt": np.sqrt})}
        kept = []
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ImportFrom) and node.level and node.module not in ("_jit", "constants"):
                inner = ".".join([*full.split(".")[1 : -node.level], node.module])
                names |= {one.asname or one.name: getattr(self[inner], one.name) for one in node.names}
            elif isinstance(node, ast.FunctionDef):
                kept.append(ast.fix_missing_locations(_ToArrays().visit(node)))
        exec(compile(ast.Module(kept, []), f"<{full} over arrays>", "exec"), names)  # laws of this package
        if full == f"{PACKAGE}._math":
            names |= {
                "fma": lambda a, b, c: a * b + c,
                "bits_of": lambda x: np.asarray(x, float).view(np.int64),
                "double_of": lambda bits: np.asarray(bits).view(np.float64),
            }
        return SimpleNamespace(**names)


def call(law, records):
    """Call a law with the records that its parameters name."""
    return law(*[records[name] for name in inspect.signature(law).parameters])


def from_tiles(tiles, n):
    """Return the quantities of tiles float64[n_tile, n_quantity, 32] as float64[n_quantity, n]."""
    return tiles.transpose(1, 0, 2).reshape(tiles.shape[1], -1)[:, :n].copy()


class ArrayTwin:
    """The satellites of a fleet as it stands; `window` takes them through the steps of one."""

    def __init__(self, fleet):
        laws = Laws()
        self.orbit_laws, self.stages, self.sun = laws["physics.orbit"], laws["kernels.satellite"], laws["physics.sun"]
        arrays, n = fleet.arrays, fleet.n_satellite
        o = self.orbit_laws
        shared = arrays.orbit_table[arrays.orbit_index[:n]].T
        self.records = {
            "orbit": o.Orbit(*shared[: len(o.Orbit._fields)]),
            "hardware": records.Hardware(*arrays.hardware_table[arrays.type_index[:n]].T),
            "slot": o.Slot(*shared[len(o.Orbit._fields) :], *from_tiles(arrays.slot, n)),
            "health": records.Health(*from_tiles(arrays.health, n).astype(np.float64)),
            "state": records.State(*from_tiles(arrays.state, n)[: len(records.State._fields)]),
        }

    def _walk(self, row, *, anchor=False):
        """Take sun and path to an instant; return the share of the step in light once the window is known."""
        r, s, o = self.records, self.stages, self.orbit_laws
        r["sun"] = sun = self.sun.Sun(*row)
        if anchor:
            r["anchor"] = call(o.anchor_orbit, {**r, "time_s": sun.time_s - sun.window_s})
        r["path"] = call(o.orbit_path, {**r, "time_s": sun.time_s, "window_s": sun.window_s})
        if not anchor:
            side = call(s.side_stage, r)
            r["sunlit"] = np.where(side.near, call(s.edge_stage, r), side.sunlit)

    def window(self, suns, assigned_flop):
        """March a window; return what is offered [FLOP], and the steps by name, float64[n_step, n] each."""
        with np.errstate(all="ignore"):  # selections compute both of their branches
            return self._window(suns, assigned_flop)

    def _window(self, suns, assigned_flop):
        r, s = self.records, self.stages
        self._walk(suns[0], anchor=True)
        r["ahead"] = call(s.ahead_stage, r)
        as_built = r["hardware"]
        for law in (s.working, s.worn):
            r["hardware"] = r["hardware"]._replace(**call(law, r)._asdict())
        r["plan"], r["free"] = call(s.plan_stage, r), call(s.free_stage, r)
        r["pledge"] = call(s.pledge_of, r)
        r["sight"] = call(s.sight_stage, r)
        lit = dark = 0.0
        for row in suns:
            self._walk(row)
            lit, dark = lit + r["sunlit"], dark + (1.0 - r["sunlit"])
        offer = s.offered_flop(r["hardware"], r["plan"], lit, dark)
        share = np.where(offer > 0.0, np.minimum(assigned_flop / offer, 1.0), 0.0)
        r["window"] = call(s.window_of, {**r, "share": share})
        r["window"] = call(s.planned, r)
        r["order"] = call(s.order_stage, r)
        steps = []
        for row in suns:
            self._walk(row)
            steps.append(self._step())
        r["hardware"] = as_built
        return offer, {name: np.stack([step[name] for step in steps]) for name in steps[0]}

    def _step(self):
        r, s = self.records, self.stages
        r["aim"] = call(s.aim_stage, r)
        r["aspect"] = call(s.aspect_stage, r)
        r["light"] = call(s.light_stage, r)
        r["split"] = call(s.split_stage, r)
        r["response"] = call(s.response_stage, r)
        r["response"] = call(s.steep_stage, r)
        r["supply"] = call(s.supply_stage, r)
        power = call(s.power_stage, r)
        r["power"] = power
        r["power"] = power = power._replace(rate=np.where(power.cut > 0.0, call(s.cut_stage, r), power.rate))
        r["later"] = call(s.heat_stage, r)
        radiated = call(s.radiated_j, r)
        r["state"] = r["later"]
        shape = r["slot"].latitude_turn.shape
        found = {"radiated_j": radiated, **r["light"]._asdict(), **power._asdict(), **r["state"]._asdict()}
        return {name: np.broadcast_to(value, shape) for name, value in found.items()}

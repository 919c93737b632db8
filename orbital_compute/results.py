"""`Results`, through which what a run leaves is read; `catalogue` has the variables.

The variables are those of the catalogue that the run has, with their units and meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .analysis import lease, training
from .analysis.cost import Cost, cost
from .analysis.ledgers import ledgers
from .analysis.summary import summary
from .catalogue import COORDINATES, VARIABLES, Variable, attributes

if TYPE_CHECKING:
    import xarray as xr

CONVENTIONS = "CF-1.11"


class Results:
    """The results of one run: `dataset`, `manifest`, `summary()`, `audit()`, `warnings`.

    `path` is the folder that holds them, None for a run kept in memory. The dataset is opened when first asked for;
    variables are read from disk when they are used. `close()` lets go of the files.
    """

    def __init__(self, manifest: dict[str, Any], open_dataset: Callable[[], xr.Dataset], *, path: Path | None = None):
        self.manifest = manifest
        self.path = path
        self._open_dataset = open_dataset

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, np.ndarray], coordinates: Mapping[str, Any], manifest: dict[str, Any]
    ) -> Results:
        """Return results held in memory. Both mappings use names of the catalogue; shapes follow its dimensions."""
        return cls(manifest, lambda: dataset_from_arrays(arrays, coordinates, dataset_attributes(manifest)))

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The variables of the run with named dimensions, units and meaning in `attrs`."""
        return self._open_dataset()

    @property
    def warnings(self) -> list[str]:
        """What the run warned of."""
        return list(self.manifest.get("warnings", []))

    def summary(self) -> dict[str, dict[str, Any]]:
        """Return the headline figures, each `{"value": ..., "unit": ...}`, from the stored numbers."""
        return {name: dict(figure) for name, figure in self._figures.items()}

    @cached_property
    def cost(self) -> Cost | None:
        """What orbit and ground cost, for each unit of what the run made; None where the scenario leaves it out."""
        return cost(self.dataset, self.manifest)

    def audit(self) -> dict[str, dict[str, Any]]:
        """Return the ledgers of energy, heat, work and requests with their relative residuals."""
        return {name: dict(ledger) for name, ledger in self._ledgers.items()}

    @cached_property
    def _figures(self) -> dict[str, dict[str, Any]]:
        figures = {**summary(self.dataset), **lease.figures(self.dataset), **training.figures(self.dataset)}
        return figures | ({} if self.cost is None else self.cost.summary())

    @cached_property
    def _ledgers(self) -> dict[str, dict[str, Any]]:
        return ledgers(self.dataset)  # reads the whole sample: in a year of ten thousand satellites 3 GB

    def close(self) -> None:
        """Close the files of the dataset, if it was opened; a later use of `dataset` opens them again."""
        dataset = self.__dict__.pop("dataset", None)
        if dataset is not None:
            dataset.close()

    def __enter__(self) -> Results:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        name = self.manifest.get("scenario", {}).get("name", "run")
        return f"<Results of {name!r}, {self.path or 'in memory'}>"


def dataset_attributes(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the dataset's own attributes: nothing in them differs between two equal runs."""
    time = manifest["time"]
    return {
        "Conventions": CONVENTIONS,
        "title": str(manifest["scenario"].get("name", "run")),
        "source": f"orbital_compute {manifest['versions']['orbital_compute']}",
        "step_s": float(time["step_s"]),
        "window_s": float(time["window_s"]),
        "duration_s": float(time.get("duration_s", time["step_s"] * time["n_step"])),
    }


def dataset_from_arrays(
    arrays: Mapping[str, np.ndarray], coordinates: Mapping[str, Any], dataset_attrs: Mapping[str, Any]
) -> xr.Dataset:
    """Return the dataset of arrays in memory, equal to what the same arrays give when stored and read."""
    import xarray as xr

    def entry(variable: Variable, values: Any) -> tuple[tuple[str, ...], np.ndarray, dict[str, str]]:
        return variable.dims, np.asarray(values, dtype=variable.dtype), attributes(variable)

    return xr.Dataset(
        {name: entry(VARIABLES[name], values) for name, values in arrays.items()},
        {name: entry(COORDINATES[name], values) for name, values in coordinates.items()},
        dict(dataset_attrs),
    )

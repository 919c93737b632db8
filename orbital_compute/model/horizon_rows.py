"""A linear programme put together block by block, and its optimum by HiGHS."""

from __future__ import annotations

import numpy as np

from ..errors import ModelError

SOLVERS = ("ipm", "simplex")  # the second goes on from where the first ended, if that is no optimum yet
OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False, "threads": 1, "parallel": "off", "random_seed": 0,
    "primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9,
}  # fmt: skip


class LinearRows:
    """Columns with bounds and gains, rows with limits, and entries; `maximise` answers."""

    def __init__(self) -> None:
        self._lower: list[np.ndarray] = []
        self._upper: list[np.ndarray] = []
        self._gain: list[np.ndarray] = []
        self._low: list[np.ndarray] = []
        self._high: list[np.ndarray] = []
        self._entries: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self.n_column = self.n_row = 0

    def columns(self, shape, *, lower=0.0, upper=np.inf, gain=0.0) -> np.ndarray:
        """Add columns and return their numbers in the shape asked for."""
        number = self.n_column + np.arange(int(np.prod(shape))).reshape(shape)
        self.n_column += number.size
        for kept, given in ((self._lower, lower), (self._upper, upper), (self._gain, gain)):
            kept.append(np.broadcast_to(given, number.shape).astype(float).ravel())
        return number

    def rows(self, shape, low, high) -> np.ndarray:
        """Add rows, low <= sum of entries <= high, and return their numbers in the shape asked for."""
        number = self.n_row + np.arange(int(np.prod(shape))).reshape(shape)
        self.n_row += number.size
        for kept, given in ((self._low, low), (self._high, high)):
            kept.append(np.broadcast_to(given, number.shape).astype(float).ravel())
        return number

    def enter(self, row, column, value) -> None:
        """Add entries; row, column and value are broadcast together."""
        block = np.broadcast_arrays(row, column, value)
        self._entries.append((block[0].ravel(), block[1].ravel(), block[2].ravel().astype(float)))

    def maximise(self) -> tuple[np.ndarray, np.ndarray, float]:
        """Return columns, prices of the rows (at least zero at a binding upper limit) and the optimum.

        Raises
        ------
        ModelError
            HiGHS ends without an optimum.
        """
        import highspy

        row, column, value = (np.concatenate(part) for part in zip(*self._entries, strict=True))
        order = np.lexsort((row, column))
        programme = highspy.HighsLp()
        programme.num_col_, programme.num_row_ = self.n_column, self.n_row
        programme.col_cost_ = -np.concatenate(self._gain)
        programme.col_lower_, programme.col_upper_ = np.concatenate(self._lower), np.concatenate(self._upper)
        programme.row_lower_, programme.row_upper_ = np.concatenate(self._low), np.concatenate(self._high)
        programme.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        start = np.concatenate([[0], np.cumsum(np.bincount(column, minlength=self.n_column))])
        programme.a_matrix_.start_ = start.astype(np.int32)
        programme.a_matrix_.index_, programme.a_matrix_.value_ = row[order].astype(np.int32), value[order]
        solver = highspy.Highs()
        for option, setting in OPTIONS.items():
            solver.setOptionValue(option, setting)
        solver.passModel(programme)
        for name in SOLVERS:
            solver.setOptionValue("solver", name)
            solver.run()
            status = solver.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                break
        if status != highspy.HighsModelStatus.kOptimal:
            ended = solver.modelStatusToString(status)
            raise ModelError(f"reference: HiGHS ended with {ended!r}", quantity="reference_status", value=ended)
        answer = solver.getSolution()
        value_of = -solver.getInfo().objective_function_value
        return np.array(answer.col_value), -np.array(answer.row_dual), float(value_of)

"""Values that change on dates, in steps and along lines."""

import numpy as np
import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.model.schedule import Line, Steps


def test_steps_hold_until_the_next_and_the_first_holds_before():
    steps = Steps((100.0, 200.0), (3.0, 5.0))
    np.testing.assert_array_equal(steps.at(np.array([0.0, 100.0, 199.0, 200.0, 1e9])), [3.0, 3.0, 3.0, 5.0, 5.0])


def test_a_line_moves_straight_stays_at_its_ends_and_may_jump():
    line = Line((100.0, 200.0, 200.0, 300.0), (0.0, 1.0, 0.5, 0.5))
    wanted = {0.0: 0.0, 100.0: 0.0, 150.0: 0.5, 199.0: 0.99, 200.0: 0.5, 300.0: 0.5, 1e6: 0.5}
    for time_s, value in wanted.items():
        assert line.at(time_s) == pytest.approx(value)


@pytest.mark.parametrize(("kind", "times"), [(Steps, (1.0, 1.0)), (Line, (2.0, 1.0)), (Steps, ())])
def test_times_out_of_order_are_refused(kind, times):
    with pytest.raises(ScenarioError, match="schedule"):
        kind(times, tuple(0.0 for _ in times))

"""The wish that a command stop: TERM, INT (Ctrl-C) or USR1, which SLURM sends before it takes a node away."""

from __future__ import annotations

import os
import signal
from types import FrameType
from typing import Any

STOPPED = 75  # exit code: stopped, and can go on (EX_TEMPFAIL of sysexits.h)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
AT_ONCE = b"\nstopped at once; orbital-compute resume goes on from the last checkpoint\n"


class Stopping:
    """Inside `with`, the signals only raise a flag; called, it says whether they did. A second Ctrl-C ends at once.

    Handlers belong to the command: `simulate` in a user's program leaves Ctrl-C to Python.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[int, Any] = {}

    def __call__(self) -> bool:
        return self.asked

    def __enter__(self) -> Stopping:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(self, *exc_info: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.asked and number == signal.SIGINT:
            os.write(2, AT_ONCE)
            os._exit(STOPPED)
        self.asked = True

"""What holds for every test: no network, the same random examples each time."""

import os
import sys
from pathlib import Path

from hypothesis import HealthCheck, settings

OFFLINE = Path(__file__).parent / "offline"

# This interpreter, and all that tests start.
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(OFFLINE), os.environ.get("PYTHONPATH")]))
sys.path.insert(0, str(OFFLINE))
sys.modules.pop("sitecustomize", None)  # a distribution's own, loaded at start, would hide ours
import sitecustomize  # noqa: E402, F401

# Equal examples on every machine. Speed is judged elsewhere: a busy machine must not fail a property.
settings.register_profile(
    "orbital_compute", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("orbital_compute")

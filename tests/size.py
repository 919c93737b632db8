"""How large the heavy tests are: in full where ORBITAL_COMPUTE_TESTS is "full", else in a size that shows a break."""

import os

FULL = os.environ.get("ORBITAL_COMPUTE_TESTS") == "full"

"""The stages' lane loops are vector code without calls, in the machine code of this machine."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from assembly import Loop, innermost_loops, without_twin
from llvmlite.binding import get_host_cpu_features

TESTS = Path(__file__).resolve().parent.parent
STAGE = 30  # operations that make a loop of lanes a stage, not a sum or a scale
COMPILE = """
import sys
sys.path.insert(0, {tests!r})
from small_fleet import random_elements, run_of
from orbital_compute.kernels import march
run = run_of(random_elements(32), n_step=1)
run.prepare(0)
run.march()
print(next(iter(march.{sweep}.inspect_asm().values())))
"""
SNIPPET = """
.LBB0_1:
	callq	*%rax
.LBB0_2:
	vmulpd	%zmm0, %zmm1, %zmm2
	vfmadd213pd	(%rax), %zmm1, %zmm2
	jne	.LBB0_2
.LBB0_3:
	vmulsd	%xmm0, %xmm1, %xmm2
	vfmadd213sd	(%rax), %xmm1, %xmm2
	jne	.LBB0_3
	vsqrtsd	%xmm0, %xmm1, %xmm2
	jb	.LBB0_1
"""


def test_loops_are_found_in_assembly():
    packed, scalar = innermost_loops(SNIPPET)
    assert (packed.packed, packed.scalar, packed.calls) == (2, 0, 0)
    assert (scalar.packed, scalar.scalar, scalar.calls) == (0, 2, 0)
    assert without_twin([packed, scalar]) == []
    assert without_twin([scalar]) == [scalar]
    assert without_twin([packed, scalar, Loop(90, 99, 0, 2, 0)]) == [Loop(90, 99, 0, 2, 0)]  # a twin serves once
    called = SNIPPET.replace("\tvmulsd", "\tcallq\t*%rbx\n\tvmulsd")
    assert [loop.calls for loop in innermost_loops(called)] == [0, 1]


@pytest.mark.slow
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64") or not get_host_cpu_features().get("fma"),
    reason="the assembly of processors without FMA, or of another family, is not read here",
)
@pytest.mark.parametrize(("sweep", "n_stage"), [("prepare_window", 7), ("march_window", 6)])
def test_stages_are_vector_code_without_calls(sweep, n_stage):
    environment = {**os.environ, "ORBITAL_COMPUTE_CACHE": "off"}  # code from the cache has no text
    script = COMPILE.format(tests=str(TESTS), sweep=sweep)
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    loops = [loop for loop in innermost_loops(done.stdout) if loop.packed + loop.scalar >= STAGE]
    assert sum(loop.packed >= STAGE for loop in loops) >= n_stage
    assert [loop for loop in loops if loop.calls] == []
    assert [loop for loop in loops if loop.packed and loop.scalar] == []
    assert without_twin(loops) == []

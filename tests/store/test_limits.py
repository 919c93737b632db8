"""The least of the limits of control groups, SLURM and the machine is found; trees of files stand in for a kernel."""

import pytest

from orbital_compute.store.limits import available_memory, free_disk

GIB = 1 << 30


def system(root, files):
    """Lay out files below a root."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = {"proc/meminfo": f"MemTotal: {64 * GIB // 1024} kB\nMemAvailable: {32 * GIB // 1024} kB\n"}
GROUP_V2 = {
    "proc/self/cgroup": "0::/job/step\n",
    "sys/fs/cgroup/job/step/memory.max": "max\n",
    "sys/fs/cgroup/job/memory.max": f"{8 * GIB}\n",
    "sys/fs/cgroup/job/memory.current": f"{3 * GIB}\n",
    "sys/fs/cgroup/job/memory.stat": f"anon 5\ninactive_file {GIB}\n",
}
GROUP_V1 = {
    "proc/self/cgroup": "3:cpu,cpuacct:/job\n2:memory:/job\n",
    "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "sys/fs/cgroup/memory/job/memory.limit_in_bytes": f"{4 * GIB}\n",
    "sys/fs/cgroup/memory/job/memory.usage_in_bytes": f"{GIB}\n",
    "sys/fs/cgroup/memory/job/memory.stat": "total_inactive_file 0\n",
}


@pytest.mark.parametrize(
    ("files", "environ", "expected", "source"),
    [
        (MEMINFO, {}, 32 * GIB, "this machine"),
        # 8 GiB allowed to the group above, 3 used, of which 1 is cache that can be given back
        (MEMINFO | GROUP_V2, {}, 6 * GIB, "control group"),
        (MEMINFO | GROUP_V1, {}, 3 * GIB, "control group"),
        (MEMINFO, {"SLURM_MEM_PER_NODE": "2048"}, 2 * GIB, "SLURM_MEM_PER_NODE"),
        (MEMINFO, {"SLURM_MEM_PER_NODE": "0"}, 32 * GIB, "this machine"),  # all of the node
        (MEMINFO, {"SLURM_MEM_PER_CPU": "1024", "SLURM_CPUS_ON_NODE": "4"}, 4 * GIB, "SLURM_MEM_PER_CPU"),
        (MEMINFO | GROUP_V2, {"SLURM_MEM_PER_NODE": "1024"}, GIB, "SLURM"),
        # in a container: the group's own path is not seen, its limit stands at the top
        (MEMINFO | {"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{GIB}"}, {}, GIB, "control group"),
    ],
)
def test_least_limit_is_found(tmp_path, files, environ, expected, source):
    limit = available_memory(root=system(tmp_path, files), environ=environ)
    assert limit.bytes == expected
    assert source in limit.source


@pytest.mark.parametrize("text", ["", "nonsense", "MemAvailable: many kB"])
def test_no_limit_where_nothing_says(tmp_path, text):
    assert available_memory(root=system(tmp_path, {"proc/meminfo": text}), environ={}) is None


def test_group_that_is_full_leaves_nothing(tmp_path):
    files = GROUP_V2 | {"sys/fs/cgroup/job/memory.current": f"{10 * GIB}"}
    assert available_memory(root=system(tmp_path, files), environ={}).bytes == 0


def test_disk_of_a_folder_not_yet_made_is_that_of_its_parent(tmp_path):
    limit = free_disk(tmp_path / "not" / "yet")
    assert str(tmp_path) in limit.source
    assert limit.bytes == pytest.approx(free_disk(tmp_path).bytes, abs=1e9)

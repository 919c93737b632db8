"""The guard itself: no test reaches another machine, in this process or in one that it starts."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
DOCUMENTATION_ADDRESS = "192.0.2.1"  # RFC 5737, no machine has it
REACH_OUT = f"import socket; socket.create_connection(('{DOCUMENTATION_ADDRESS}', 80), timeout=1)"


def test_another_machine_is_refused():
    with socket.socket() as plug, pytest.raises(RuntimeError, match="tests have no network"):
        plug.connect((DOCUMENTATION_ADDRESS, 80))


def test_a_datagram_is_refused():
    with socket.socket(type=socket.SOCK_DGRAM) as plug, pytest.raises(RuntimeError, match="tests have no network"):
        plug.sendto(b"?", (DOCUMENTATION_ADDRESS, 53))


def test_a_name_is_not_looked_up():
    with pytest.raises(RuntimeError, match="tests have no network"):
        socket.getaddrinfo("example.org", 80)


def test_a_child_is_refused_too():
    child = subprocess.run([sys.executable, "-c", REACH_OUT], capture_output=True, text=True, check=False)
    assert child.returncode == 1
    assert "tests have no network" in child.stderr


def test_loopback_and_unix_sockets_stay_open():
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname(), timeout=5) as client:
        client.sendall(b"here")
        accepted, _ = server.accept()
        with accepted:
            assert accepted.recv(4) == b"here"
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"here")
        assert right.recv(4) == b"here"


def test_a_whole_run_and_its_report_ask_no_network(tmp_path):
    """In a child that refuses it: from the command line to the page."""
    command = [
        sys.executable, "-m", "orbital_compute", "run", "scenarios/suncatcher.yaml", "--set", "time.duration=1 h",
        "--output", str(tmp_path / "run"), "--quiet",
    ]  # fmt: skip
    child = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert child.returncode == 0, child.stderr
    assert (tmp_path / "run" / "report.html").exists()

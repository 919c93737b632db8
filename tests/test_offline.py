"""The guard itself: no test reaches another machine, in this process or in one that it starts."""

import socket
import subprocess
import sys

import pytest

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

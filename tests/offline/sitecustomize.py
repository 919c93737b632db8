"""Refuse network access in this Python and, with this folder on PYTHONPATH, in those it starts.

Sockets of the Unix family and loopback addresses stay open: local workers talk over them.
"""

import ipaddress
import sys
from typing import Any

LOOK_UPS = ("socket.getaddrinfo", "socket.gethostbyname")  # the host is the first argument
SENDS = ("socket.connect", "socket.sendto", "socket.sendmsg")  # (socket, address)


def is_this_machine(host: Any) -> bool:
    """Return whether a host is loopback, `localhost`, or none at all (any local address)."""
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Raise on an attempt to reach another machine, or to look up its name."""
    if event in LOOK_UPS:
        host = arguments[0]
    elif event in SENDS and isinstance(arguments[1], tuple):  # a Unix socket's address is text, not a tuple
        host = arguments[1][0]
    else:
        return
    if not is_this_machine(host):
        raise RuntimeError(f"tests have no network: {event} to {host!r} was refused; give the test its data instead")


sys.addaudithook(refuse_network)

"""From a host's name to its IP addresses, as the system knows them."""

import socket
from collections.abc import Callable

Resolve = Callable[[str, int], list[str]]
"""From a host's name and a port to its IP addresses; none where the name is unknown."""


def system_addresses(host: str, port: int) -> list[str]:
    """Return the IP addresses that the system knows for a host; empty where it knows none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return []
    return [str(entry[4][0]) for entry in found]

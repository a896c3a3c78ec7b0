"""Ports for the servers that tests start."""

import itertools
import os
import random
import socket

_WORKERS = 16  # of pytest-xdist, at most; each has ports of its own
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _WORKERS
# Below what Linux gives to connections: those come and go between the choice and the start.
_OWN = range(10_000 + _WORKER, 32_768, _WORKERS)
_ports = itertools.cycle(random.sample(_OWN, len(_OWN)))


def free_port() -> int:
    """Return a port that is free, and that no other test of this run is given meanwhile."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True

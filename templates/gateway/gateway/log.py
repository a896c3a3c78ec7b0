"""Logs as JSON, one object per line, on standard output."""

from __future__ import annotations

import json
import logging
import sys
from typing import Mapping

_access = logging.getLogger("gateway.access")
_events = logging.getLogger("gateway.events")


def set_up(level: str) -> None:
    """Send the gateway's own logs to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(message)s"))
    for logger in (_access, _events):
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(level.upper())


def access(facts: Mapping[str, object]) -> None:
    """Log a request that has ended."""
    _access.info("%s", json.dumps(facts))


def event(name: str, facts: Mapping[str, object]) -> None:
    """Log something that a person should know."""
    _events.warning("%s", json.dumps({"event": name, **facts}))

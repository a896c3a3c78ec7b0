"""What the environment says about how the gateway runs."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable, Mapping


class SettingsError(Exception):
    """Settings that can't be used, all named at once."""


@dataclass(frozen=True)
class Settings:
    """Every setting is read from the environment variable of its name, in upper case.

    Times are in seconds. `trusted_proxies` is how many proxies in front of the gateway are one's
    own: only then are the X-Forwarded headers that a request brings believed. `shadow_file` keeps
    what shadowed routes answered.
    """

    routing_file: Path = Path("routing.json")
    host: str = "127.0.0.1"
    port: int = 8000
    internal_host: str = "127.0.0.1"
    internal_port: int = 9000
    gateway_workers: int = 1
    gateway_threads: int = 64
    log_level: str = "info"
    connect_timeout: float = 2.0
    read_timeout: float = 60.0
    client_timeout: float = 60.0
    keepalive: int = 15
    idle_limit: float = 4.0
    retries: int = 2
    breaker_failures: int = 5
    breaker_pause: float = 0.5
    breaker_longest_pause: float = 10.0
    trusted_proxies: int = 0
    shadow_file: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read all settings; raise `SettingsError` that names each one that is no such value."""
        values: dict[str, Any] = {}
        problems = []
        for field in fields(cls):
            text = environ.get(field.name.upper(), "")
            if not text:
                continue
            try:
                values[field.name] = _READERS[str(field.type)](text)
            except ValueError:
                problems.append(f"{field.name.upper()}={text!r} is no {field.type}")
        if problems:
            raise SettingsError("; ".join(problems))
        return cls(**values)


def variable(name: str) -> str:
    """Return how a service's name is written in names of environment variables."""
    return name.upper().replace("-", "_")


_READERS: dict[str, Callable[[str], Any]] = {
    "Path": Path,
    "float": float,
    "int": int,
    "str": str,
}

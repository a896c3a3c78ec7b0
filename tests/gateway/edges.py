"""Edge programs that the conformance tests run against: the real ones, with made configurations.

Each stands before a Flask gateway, as in a deployed system.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from under_test import FlaskGateway, Limits, Running, address, process

from decompose.domain.generated import Gateway
from decompose.targets.edge import CONFIGURATIONS, EdgeSettings, edge_configuration
from ports import free_port

PLENTY = 1_000_000
"""More requests a second than tests make."""

EDGES = tuple(CONFIGURATIONS)
"""The programs, each of which has to pass."""

DIFFERENCES = {
    ("nginx", "test_hop_by_hop_by_name"): "nginx drops no answer's header by a name in Connection",
    ("nginx", "test_broken_service[nginx-garbage]"): "nginx takes what isn't HTTP for HTTP/0.9",
    ("nginx", "test_slow_client_body"): "nginx closes the connection without a 408",
    ("nginx", "test_client_leaves"): "nginx closes the connection without a 400",
    ("nginx", "test_target_untouched[nginx-/echo/100%]"): "nginx refuses malformed escapes",
    ("haproxy", "test_hop_by_hop_by_name"): "HAProxy drops none by a name in Connection either",
    ("haproxy", "test_slow_client_body"): "HAProxy answers 504 once the service's time is over",
    ("haproxy", "test_client_leaves"): "HAProxy closes the connection without a 400",
    ("envoy", "test_hop_by_hop_by_name"): "Envoy drops none by a name in Connection either",
    ("envoy", "test_status"): "Envoy writes phrases of its own",
}
"""What a program can't be brought to do, by conformance test; each must really fail."""

CHANCES = {
    ("envoy", "test_client_leaves"): "Envoy mostly closes the connection without a 400",
}
"""What a program does or doesn't, as it happens."""


def difference(gateway: str, test: str) -> pytest.MarkDecorator | None:
    """The mark of a test that a gateway is known to fail, by its name with or without values."""
    for name in (test, test.partition("[")[0]):
        for known, certain in ((DIFFERENCES, True), (CHANCES, False)):
            if (gateway, name) in known:
                return pytest.mark.xfail(reason=known[gateway, name], strict=certain)
    return None


@dataclass(frozen=True)
class EdgeGateway:
    """A real edge program; `certificate` and `rate` go into its settings."""

    program: Gateway
    certificate: str = ""
    rate: int = PLENTY
    health_port: int = 0

    @contextmanager
    def run(self, table: dict[str, Any], folder: Path, limits: Limits) -> Iterator[Running]:
        """Run it before a Flask gateway that believes it."""
        folder = folder / self.program
        behind = Limits(**{**vars(limits), "trusted_proxies": 1})
        with FlaskGateway().run(table, folder / "flask", behind) as flask:
            gateway = {"instances": [address(flask.port)]}
            with self.alone({**table, "gateway": gateway}, folder, limits) as port_and_pid:
                port, pid = port_and_pid
                yield Running(port, flask.internal_port, pid, folder / "edge.log")

    @contextmanager
    def alone(
        self, table: dict[str, Any], folder: Path, limits: Limits
    ) -> Iterator[tuple[int, int]]:
        """Run it before a gateway that the table names; give its port and process."""
        settings = EdgeSettings(
            port=free_port(),
            tls_port=free_port(),
            admin_port=free_port(),
            certificate=self.certificate,
            rate=self.rate,
            burst=self.rate,
            connect=limits.connect,
            read=limits.read,
            client=limits.client,
            failures=limits.failures,
            pause=limits.pause,
            behind_proxy=bool(limits.trusted_proxies),
            health_port=self.health_port,
        )
        file = folder / CONFIGURATIONS[self.program]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(edge_configuration(self.program, table, settings))
        check(self.program, file)
        command = COMMANDS[self.program](file)
        with process(command, {}, settings.port, folder / "edge.log") as pid:
            (folder / "tls-port").write_text(str(settings.tls_port))
            yield settings.port, pid


def check(program: Gateway, file: Path) -> None:
    """Let the program itself check a configuration."""
    done = subprocess.run(
        CHECKS[program](file), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _nginx(file: Path) -> list[str]:
    return ["nginx", "-p", str(file.parent), "-c", str(file)]


def _haproxy(file: Path) -> list[str]:
    return ["haproxy", "-db", "-f", str(file)]


def _envoy(file: Path) -> list[str]:
    program = os.environ.get("ENVOY", "envoy")
    return [program, "-c", str(file), "--use-dynamic-base-id", "--concurrency", "2"]


COMMANDS = {
    Gateway.NGINX: _nginx,
    Gateway.HAPROXY: _haproxy,
    Gateway.ENVOY: _envoy,
}
CHECKS = {
    Gateway.NGINX: lambda file: [*_nginx(file), "-t"],
    Gateway.HAPROXY: lambda file: ["haproxy", "-c", "-f", str(file)],
    Gateway.ENVOY: lambda file: [*_envoy(file), "--mode", "validate"],
}

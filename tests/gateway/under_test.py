"""Gateways that the conformance tests run against, and the backends behind them."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ports import free_port

HERE = Path(__file__).parent
TEMPLATE = HERE.parents[1] / "templates" / "gateway"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How long a gateway waits, in seconds, and what it believes."""

    connect: float = 1.0
    read: float = 20.0
    client: float = 20.0
    trusted_proxies: int = 0
    idle: float = 4.0
    failures: int = 5
    pause: float = 0.5


@dataclass(frozen=True)
class Running:
    """A gateway that runs."""

    port: int
    internal_port: int
    pid: int
    log: Path


class GatewayUnderTest(Protocol):
    """Port: a way to run one gateway over a routing table."""

    def run(self, table: dict[str, Any], folder: Path, limits: Limits) -> Any:
        """Return a context in which the gateway runs, as a `Running`."""


class FlaskGateway:
    """The generated Flask gateway, under gunicorn."""

    def __init__(self, python: str = sys.executable) -> None:
        self._python = python

    @contextmanager
    def run(self, table: dict[str, Any], folder: Path, limits: Limits) -> Iterator[Running]:
        """Run it from a copy of nothing: the template's own files."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "routing.json").write_text(json.dumps(table))
        port, internal = free_port(), free_port()
        environ = {
            "PYTHONPATH": str(TEMPLATE),
            "ROUTING_FILE": str(folder / "routing.json"),
            "PORT": str(port),
            "INTERNAL_PORT": str(internal),
            "CONNECT_TIMEOUT": str(limits.connect),
            "READ_TIMEOUT": str(limits.read),
            "CLIENT_TIMEOUT": str(limits.client),
            "IDLE_LIMIT": str(limits.idle),
            "TRUSTED_PROXIES": str(limits.trusted_proxies),
            "BREAKER_FAILURES": str(limits.failures),
            "BREAKER_PAUSE": str(limits.pause),
            "BREAKER_LONGEST_PAUSE": str(limits.pause * 2),
        }
        command = [self._python, "-m", "gunicorn", "-c", str(TEMPLATE / "gunicorn.conf.py")]
        log = folder / "gateway.log"
        # the internal port opens last: gunicorn binds the public one before a worker has started
        with process([*command, "gateway:create_app()"], environ, internal, log) as pid:
            yield Running(port, internal, pid, log)


@contextmanager
def backend(service: str, port: int, folder: Path) -> Iterator[int]:
    """Run one service of the small monolith, or with no name the monolith itself."""
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "--threads", "32"]
    command += ["--keep-alive", "15", "--chdir", str(HERE), "--no-control-socket"]
    log = folder / f"backend-{service}-{port}.log"
    with process([*command, "backends:app"], {"SERVICE": service}, port, log) as pid:
        yield pid


@contextmanager
def raw_backend(port: int, folder: Path) -> Iterator[int]:
    """Run the server that breaks rules."""
    command = [sys.executable, str(HERE / "raw_backend.py"), str(port)]
    with process(command, {}, port, folder / f"raw-{port}.log") as pid:
        yield pid


@contextmanager
def process(command: list[str], environ: dict[str, str], port: int, log: Path) -> Iterator[int]:
    """Run a command until the end of the block; begin when its port is open."""
    with log.open("wb") as output:
        running = subprocess.Popen(
            command, env={**os.environ, **environ}, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        wait_for_port(port, running, log)
        yield running.pid
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(3)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_for_port(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until something answers on a port."""
    until = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)


def address(port: int) -> str:
    """Return a local address."""
    return f"http://127.0.0.1:{port}"

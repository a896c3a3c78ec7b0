"""The sample's split as compose runs it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from decompose.domain.generated import Gateway

REPOSITORY = Path(__file__).parents[2]
SAMPLE = REPOSITORY / "sample_monolith"
START = 900  # seconds that everything may take to get healthy on a small machine


class Deployed:
    """A system in a folder, with an engine's environment and compose's variables."""

    def __init__(self, folder: Path, environment: Mapping[str, str], port: int) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {**environment, "PORT": str(port), "COMPOSE_PARALLEL_LIMIT": "4"}

    def scaffold(self, edge: Gateway) -> None:
        """Write the system, or merge another edge into it."""
        words = ("scaffold", SAMPLE, "--output", self.folder, "--no-history")
        self.decompose(*words, "--gateway", edge.value)
        self._run(["sh", "deploy/secrets.sh"])

    def decompose(self, *words: str | Path, **more: str) -> str:
        """Run decompose; return what it prints."""
        command = [sys.executable, "-m", "decompose", *words]
        return self._run(command, cwd=REPOSITORY, **more)

    def compose(self, *words: str, **more: str) -> str:
        """Run a command of compose; return what it prints. `more` are variables."""
        return self._run(["docker", "compose", *words], **more)

    def docker(self, *words: str) -> str:
        """Run a command of docker; return what it prints."""
        return self._run(["docker", *words])

    def script(self, name: str, *words: str) -> str:
        """Run a script of the system's folder `deploy`."""
        return self._run(["sh", f"deploy/{name}", *words])

    def up(self, *services: str, **more: str) -> float:
        """Start services, all by default, and wait until they are healthy; return the seconds."""
        started = time.monotonic()
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(START), *services, **more)
        return time.monotonic() - started

    def start(self) -> float:
        """Start everything, a service after another so that a small machine bears it."""
        return sum(self.up(service) for service in self.services) + self.up()

    def scale(self, services: Sequence[str], number: int) -> None:
        """Let services have so many instances."""
        scales = [word for name in services for word in ("--scale", f"{name}={number}")]
        self.compose("up", "--detach", "--wait", "--no-recreate", *scales, *services)

    def containers(self, service: str) -> list[str]:
        """Return the running containers of a service."""
        return self.compose("ps", "--quiet", service).split()

    @property
    def services(self) -> list[str]:
        """The services of the split."""
        return sorted(path.name for path in (self.folder / "services").iterdir())

    def sql(self, service: str, statement: str) -> list[str]:
        """Run a statement in a service's database, past the service; return its rows' text."""
        user = service.replace("-", "_")
        return self.compose("exec", "--no-TTY", f"{service}.database", "psql", "--quiet",
                            "--no-align", "--tuples-only", "--username", user, "--command",
                            statement).split("\n")[:-1]  # fmt: skip

    def empty(self) -> None:
        """Give every service an empty database."""
        self.compose("stop", *self.services)
        for service in self.services:
            self.sql(service, "DROP SCHEMA public CASCADE")
            self.sql(service, "CREATE SCHEMA public")
        self.start()

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], str]:
        """Ask the edge for a page; return status, headers by lower-case names, body."""
        request = urllib.request.Request(f"{self.url}{path}", headers=dict(headers or {}))  # noqa: S310 - ours
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - ours
            names = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, names, answer.read().decode()

    @contextlib.contextmanager
    def database_server(self) -> Iterator[str]:
        """Run a PostgreSQL server of nobody's service for a block; yields its address."""
        with tempfile.NamedTemporaryFile("w") as password:
            password.write("secret")
            password.flush()
            Path(password.name).chmod(0o644)
            container = self.docker(
                *("run", "--detach", "--rm", "--publish", "127.0.0.1::5432"),
                *("--volume", "/var/lib/postgresql/data"),
                *("--volume", f"{password.name}:/password:ro", "--env", "POSTGRES_DB=shop"),
                *("--env", "POSTGRES_USER=shop", "--env", "POSTGRES_PASSWORD_FILE=/password"),
                self.environment["POSTGRES_IMAGE"],
            ).strip()
            try:
                place = self.docker("port", container, "5432").split()[0]
                self._until_ready(container)
                yield f"postgresql://shop:secret@{place}"
            finally:
                self.docker("kill", container)

    def _until_ready(self, container: str) -> None:
        until = time.monotonic() + 60
        while True:
            try:
                self.docker("exec", container, "pg_isready", "--host=127.0.0.1")
                return
            except RuntimeError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.5)

    def memory(self) -> float:
        """Return the megabytes that all containers use together."""
        used = self.docker("stats", "--no-stream", "--format", "{{.MemUsage}}").splitlines()
        return sum(_megabytes(line.partition("/")[0].strip()) for line in used)

    def inspect(self, container: str) -> Any:
        """Return what the engine knows of a container."""
        return json.loads(self.docker("inspect", container))[0]

    def _run(self, command: Sequence[str | Path], cwd: Path | None = None, **more: str) -> str:
        environment = {**self.environment, **more}
        done = subprocess.run(command, cwd=cwd or self.folder, env=environment, check=False,
                              capture_output=True, text=True)  # fmt: skip
        if done.returncode:
            tail = "\n".join((done.stdout + done.stderr).splitlines()[-40:])
            raise RuntimeError(
                f"{' '.join(map(str, command))} ended with {done.returncode}\n{tail}"
            )
        return done.stdout


def own_tests(url: str) -> subprocess.CompletedProcess[str]:
    """Run the monolith's own HTTP tests against a running shop."""
    environment = {**os.environ, "SHOP_BASE_URL": url}
    command = [os.environ["SAMPLE_PYTHON"], "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    return subprocess.run(command, cwd=SAMPLE, env=environment, check=False, capture_output=True,
                          text=True)  # fmt: skip


def _megabytes(text: str) -> float:
    for unit, factor in (("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1 / 1024), ("B", 1 / 1024**2)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    raise ValueError(text)

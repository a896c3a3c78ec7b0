"""A container engine for tests: the one that answers, or one that is started for them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

MISSING = "Containers need an engine: apt-get install docker.io debootstrap"
_SUITE = "trixie"
"""The first Debian with the compose plugin that reads today's compose files."""


@contextlib.contextmanager
def engine(folder: Path) -> Iterator[Mapping[str, str]]:
    """Run an engine for a block; yields the environment of docker's commands.

    What it keeps (images, layers) stays in `folder` for the next time.
    """
    environment = {**os.environ, **_compose(folder)}
    if _answers(environment):
        yield environment
        return
    if os.geteuid() or not shutil.which("dockerd"):
        raise RuntimeError(MISSING)
    environment["DOCKER_HOST"] = f"unix://{folder}/socket"
    with _started(folder, environment):
        yield environment


def site() -> str:
    """Return the address of Debian's packages that this machine uses."""
    command = ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"]
    sites = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return next(one for one in sites if one.endswith("/debian"))


def _answers(environment: Mapping[str, str]) -> bool:
    asked = ["docker", "version", "--format", "{{.Server.Version}}"]
    return subprocess.run(asked, env=environment, capture_output=True, check=False).returncode == 0


@contextlib.contextmanager
def _started(folder: Path, environment: Mapping[str, str]) -> Iterator[None]:
    command = ["dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec"]
    command += ["--pidfile", folder / "pid", "--host", environment["DOCKER_HOST"]]
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 60
        while not _answers(environment):
            if daemon.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"dockerd doesn't start: see {folder / 'log'}")
            time.sleep(0.5)
        yield
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)


def _compose(folder: Path) -> dict[str, str]:
    """Return the variable by which docker finds compose, where the system has none."""
    asked = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False)
    if asked.returncode == 0:
        return {}
    plugin = folder / "config" / "cli-plugins" / "docker-compose"
    if not plugin.exists():
        plugin.parent.mkdir(parents=True, exist_ok=True)
        unpacked = _downloaded("docker-compose", folder / "packages")
        shutil.copy2(unpacked / "usr/libexec/docker/cli-plugins/docker-compose", plugin)
    return {"DOCKER_CONFIG": str(folder / "config")}


def _downloaded(package: str, folder: Path) -> Path:
    """Unpack a package of a newer Debian into a folder; nothing is installed."""
    for path in ("lists/partial", "cache/archives/partial"):
        (folder / path).mkdir(parents=True, exist_ok=True)
    keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (folder / "sources.list").write_text(f"deb [signed-by={keys}] {site()} {_SUITE} main\n")
    options = {
        "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State::lists": folder / "lists",
        "Dir::State::status": "/dev/null",
        "Dir::Cache": folder / "cache",
    }
    apt = [
        "apt-get",
        "-qq",
        *(word for pair in options.items() for word in ("-o", "=".join(map(str, pair)))),
    ]
    subprocess.run([*apt, "update"], check=True)
    subprocess.run([*apt, "download", package], check=True, cwd=folder)
    (archive,) = folder.glob(f"{package}_*.deb")
    subprocess.run(["dpkg", "-x", archive, folder / package], check=True)
    return folder / package

"""What is to be started: one launch for each process, with its whole environment."""

from __future__ import annotations

import os
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Mapping, NamedTuple

from runner.failure import Failure
from runner.system import GATEWAY, Member, System

HOST = "127.0.0.1"


class Launch(NamedTuple):
    """One process. `name` tells copies of one service apart."""

    name: str
    member: Member
    port: int
    internal_port: int

    @property
    def url(self) -> str:
        """Where it answers the public, through the gateway."""
        return f"http://{HOST}:{self.port}"

    @property
    def internal_url(self) -> str:
        """Where it answers other services, and about its health."""
        return f"http://{HOST}:{self.internal_port}"


def launches(members: list[Member], replicas: Mapping[str, int], free_ports: bool) -> list[Launch]:
    """Return what to start. Copies beyond the first take free ports, or all do."""
    unknown = sorted(set(replicas) - {member.name for member in members if member.name != GATEWAY})
    if unknown:
        raise Failure("--replicas: no such service is started: {}".format(", ".join(unknown)))
    found = []
    for member in members:
        for number in range(1, replicas.get(member.name, 1) + 1):
            first = number == 1 and not free_ports
            ports = (member.port, member.internal_port) if first else (0, 0)
            name = member.name if number == 1 else f"{member.name}.{number}"
            found.append(Launch(name, member, *ports))
    return _with_free_ports(found)


def check_ports(started: list[Launch]) -> None:
    """Raise if a port that is needed is in use, naming each one and who needs it."""
    taken = []
    for launch in started:
        for port, use in ((launch.port, "port"), (launch.internal_port, "internal_port")):
            if not _is_free(port):
                taken.append(f"port {port} is in use; {launch.name} needs it ({use})")
    if taken:
        hint = "Stop what uses it, change system.json, or take free ports with --free-ports."
        raise Failure("\n".join([*taken, hint]))


def environment(
    system: System,
    launch: Launch,
    started: list[Launch],
    secrets: Mapping[str, str],
    databases: Mapping[str, str],
) -> dict[str, str]:
    """Return the environment of a process: one's own, and what its kind of member needs."""
    path = [str(launch.member.folder), *map(str, system.python_path)]
    values = {
        **os.environ,
        "PORT": str(launch.port),
        "INTERNAL_PORT": str(launch.internal_port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": os.pathsep.join([*path, *filter(None, [os.environ.get("PYTHONPATH")])]),
    }
    if launch.member.name == GATEWAY:
        values.update(_instances(started))
    else:
        values.update(secrets)
        values.update(_peers(system, started))
        values["DATABASE_URL"] = databases[launch.member.name]
    return {**values, **launch.member.environment}


def command(system: System, launch: Launch) -> list[str]:
    """Return the command line of a process."""
    return [word.replace("{python}", system.python) for word in launch.member.command]


def log_file(system: System, launch: Launch) -> Path:
    """Return where a process's output is kept."""
    return system.logs / f"{launch.name}.log"


def variable(name: str) -> str:
    """Return how a service's name is written in names of environment variables."""
    return name.upper().replace("-", "_")


def _instances(started: list[Launch]) -> dict[str, str]:
    """Return where the gateway finds each service."""
    urls: dict[str, list[str]] = {}
    for launch in started:
        if launch.member.name != GATEWAY:
            urls.setdefault(launch.member.name, []).append(launch.url)
    return {f"SERVICE_{variable(name)}_URL": ",".join(found) for name, found in urls.items()}


def _peers(system: System, started: list[Launch]) -> dict[str, str]:
    """Return where services find each other; those not started now, where they would be."""
    urls = {
        member.name: f"http://{HOST}:{member.internal_port}"
        for member in system.members
        if member.name != GATEWAY
    }
    urls.update({launch.name: launch.internal_url for launch in started if launch.name in urls})
    return {f"PEER_{variable(name)}_URL": url for name, url in urls.items()}


def _with_free_ports(launches: list[Launch]) -> list[Launch]:
    """Return them with a free port for each 0; all are held until the last is found."""
    with ExitStack() as held:

        def found(port: int) -> int:
            if port:
                return port
            probe = held.enter_context(socket.socket())
            probe.bind((HOST, 0))
            return int(probe.getsockname()[1])

        return [
            entry._replace(port=found(entry.port), internal_port=found(entry.internal_port))
            for entry in launches
        ]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True

"""Writes what a split has to be started with so that a tape can be played against it."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from decompose.verify.start import key, replay_settings, write_recorder
from decompose.verify.system import System, read_system
from decompose.verify.tape import Survey, survey

_MOUNTED = "/replay"
_EXAMPLES = {
    "postgresql": "postgresql://USER:PASSWORD@HOST/NAME",
    "sqlite": "sqlite:////FOLDER/NAME.db",
}


def prepare(tape: Path, out: Path, folder: Path) -> str:
    """Write it to a folder; return what is to be done with it.

    For a system in containers whose secrets have been made, that is all; else a person has to
    name the databases.
    """
    recorded, system = survey(tape), read_system(out)
    write_recorder(folder / "recorder")
    settings = replay_settings(recorded, system, "instance")
    for name, is_monolith in (("split", False), ("monolith", True)):
        told = json.dumps({**settings, "monolith": is_monolith})
        (folder / f"{name}.json").write_text(told, encoding="utf-8")
    (folder / "secret_key").write_text(key(recorded), encoding="utf-8")
    databases = _in_containers(system) if recorded.dialect == "postgresql" else {}
    running = folder / "running.toml"
    running.touch(mode=0o600)
    running.write_text(_running(recorded, system, databases), encoding="utf-8")
    if databases:
        composition = _composition(folder.absolute(), databases)
        (folder / "compose.yaml").write_text(composition, encoding="utf-8")
    return _next(folder.absolute(), out, bool(databases))


def _in_containers(system: System) -> dict[str, str]:
    """The databases as they will be published on this machine; nothing if not all are known."""
    found: dict[str, str] = {}
    with ExitStack() as held:
        for name in system.owned:
            secret = system.folder / "secrets" / f"{name.replace('-', '_')}_database_url"
            if not secret.exists():
                return {}
            url = urlsplit(secret.read_text(encoding="utf-8").strip())
            credentials = url.netloc.rpartition("@")[0]
            probe = held.enter_context(socket.socket())
            probe.bind(("127.0.0.1", 0))
            place = f"{credentials}@127.0.0.1:{probe.getsockname()[1]}"
            found[name] = urlunsplit(url._replace(netloc=place))
    return found


def _running(tape: Survey, system: System, databases: Mapping[str, str]) -> str:
    named = databases or dict.fromkeys(system.owned, _EXAMPLES[tape.dialect])
    return "\n".join(
        [
            'gateway = "http://127.0.0.1:8080"',
            "replace-rows = false # true: whatever rows the databases hold may be lost",
            "",
            "[databases]",
            *(f"{json.dumps(name)} = {json.dumps(url)}" for name, url in named.items()),
            "",
            "# Where it is left out, the monolith is started; so is a second one, [again].",
            "# [monolith]",
            '# address = "http://127.0.0.1:5000"',
            f"# database = {json.dumps(_EXAMPLES[tape.dialect])}",
            "",
        ]
    )


def _composition(folder: Path, databases: Mapping[str, str]) -> str:
    """What is laid over `compose.yaml`, as JSON, which is YAML too."""
    source = str(folder).replace("$", "$$")
    service = {
        "environment": {
            "DECOMPOSE_RECORDER": f"{_MOUNTED}/split.json",
            "PYTHONPATH": f"{_MOUNTED}/recorder:/app/service:/app/servicekit",
            "PYTHONHASHSEED": "0",
            "SECRET_KEY_FILE": f"{_MOUNTED}/secret_key",
        },
        "volumes": [{"type": "bind", "source": source, "target": _MOUNTED, "read_only": True}],
    }
    services: dict[str, object] = {}
    for name, url in databases.items():
        ports = [f"127.0.0.1:{urlsplit(url).port}:5432"]
        services[name] = service
        services[f"{name}.database"] = {"networks": ["public"], "ports": ports}
    return json.dumps({"services": services}, indent=2) + "\n"


def _next(folder: Path, out: Path, composed: bool) -> str:
    if composed:
        start = (
            f"In {out}: docker compose -f compose.yaml -f {folder}/compose.yaml up --build --wait\n"
        )
    else:
        start = (
            f"Start each service with DECOMPOSE_RECORDER={folder}/split.json PYTHONPATH="
            f'{folder}/recorder PYTHONHASHSEED=0 SECRET_KEY="$(cat {folder}/secret_key)"\n'
            f"Name gateway and databases in {folder}/running.toml\n"
        )
    return (
        f"{start}"
        f"A monolith that runs already: start it so too, with {folder}/monolith.json; name it\n"
        f"Then: decompose verify … --running {folder}/running.toml\n"
    )

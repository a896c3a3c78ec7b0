"""The program that fills the services' databases: hands all that it takes to the kit."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from runner import launch
from runner.databases import database_urls
from runner.failure import Failure
from runner.process import dies_with_parent
from runner.secret import shared_secrets
from runner.system import GATEWAY, System, read_system

_EPILOG = """
The services and the monolith have to be stopped. The source is only read. A service's database is
filled in one transaction and compared with the source before it is kept, so an interrupted run is
simply started again. Databases are named as for run.py: POSTGRES_URL, DATABASE_URL_<SERVICE>, or
files in data/.
"""


def main(arguments: list[str]) -> int:
    """Move the data; return 0 if all of it is there."""
    options = _parse(arguments)
    try:
        if not options.source:
            raise Failure("--source URL (or SOURCE_URL in the environment) names what to move")
        return _run(read_system(options.system, options.python), options)
    except Failure as failure:
        sys.stderr.write(f"migrate.py: {failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130  # the kit has said what becomes of it


def _run(system: System, options: argparse.Namespace) -> int:
    job = {
        "source": options.source,
        "rehearse": options.rehearse,
        "services": _services(system),
    }
    path = os.pathsep.join(map(str, system.python_path))
    done = subprocess.run(
        [system.python, "-m", "servicekit.migration"],
        input=json.dumps(job).encode(),
        env={**os.environ, "PYTHONPATH": path},
        preexec_fn=dies_with_parent(),
        check=False,
    )
    return done.returncode


def _services(system: System) -> list[dict[str, object]]:
    """Return each service's folder and the environment that it would be started in."""
    started = launch.launches(system.members, {}, free_ports=False)
    secrets, databases = shared_secrets(system.data), database_urls(system)
    return [
        {
            "folder": str(entry.member.folder),
            "environment": launch.environment(system, entry, started, secrets, databases),
        }
        for entry in started
        if entry.member.name != GATEWAY
    ]


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="migrate.py",
        description="Move the monolith's rows into the services' databases.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--source",
        default=os.environ.get("SOURCE_URL"),
        metavar="URL",
        help="sqlite:////path/to/file or postgresql://… (default: SOURCE_URL)",
    )
    parser.add_argument("--rehearse", action="store_true", help="do all of it, keep nothing")
    parser.add_argument(
        "--system",
        type=Path,
        default=Path(__file__).resolve().parent.parent / "system.json",
        metavar="FILE",
    )
    parser.add_argument("--python", metavar="PATH", help="interpreter that has what is required")
    return parser.parse_args(arguments)

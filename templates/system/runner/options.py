"""What can be asked for on the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

_EPILOG = """
environment:
  POSTGRES_URL            a PostgreSQL server: each service gets a database of its own on it
  DATABASE_URL_<SERVICE>  the database of one service (default: an SQLite file in data/)
  SECRET_KEY, SERVICEKIT_SECRET   used as given, else made once and kept in data/secrets.json
  NO_COLOR                no colours
"""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Read the command line; end the process with a usage message if it makes no sense."""
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Start every service and the gateway; stop all with Ctrl-C.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--system", type=Path, default=_folder() / "system.json", metavar="FILE")
    parser.add_argument("--python", metavar="PATH", help="interpreter that has what is required")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="start only it")
    parser.add_argument(
        "--replicas", action="append", default=[], metavar="NAME=N", help="run it N times"
    )
    parser.add_argument("--free-ports", action="store_true", help="take any free ports")
    parser.add_argument("--quiet", action="store_true", help="write logs to files only")
    parser.add_argument("--check", action="store_true", help="say whether it can start, don't")
    parser.add_argument("--wait", type=float, default=60.0, metavar="SECONDS", help="for health")
    parser.add_argument("--grace", type=float, default=15.0, metavar="SECONDS", help="for stopping")
    own, command = _split(arguments)
    options = parser.parse_args(own)
    options.command = command
    options.replicas = dict(_replicas(parser, text) for text in options.replicas)
    return options


def _split(arguments: list[str]) -> tuple[list[str], list[str]]:
    if "--" not in arguments:
        return arguments, []
    at = arguments.index("--")
    return arguments[:at], arguments[at + 1 :]


def _replicas(parser: argparse.ArgumentParser, text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if not number.isdigit() or int(number) < 1:
        parser.error(f"--replicas {text}: expected NAME=N, such as orders=2")
    return name, int(number)


def _folder() -> Path:
    return Path(__file__).resolve().parent.parent

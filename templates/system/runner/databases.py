"""A database for each service: an SQLite file, or one on a PostgreSQL server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from urllib.parse import urlsplit, urlunsplit

from runner.failure import Failure
from runner.launch import variable
from runner.system import GATEWAY, System

_CREATE = r"""
import json, sys
asked = json.load(sys.stdin)
try:
    import psycopg2 as driver
    connection = driver.connect(asked["server"])
    connection.autocommit = True
except ImportError:
    try:
        import psycopg as driver
    except ImportError:
        sys.exit("no PostgreSQL driver here: install psycopg2 or psycopg")
    connection = driver.connect(asked["server"], autocommit=True)
cursor = connection.cursor()
cursor.execute("SELECT datname FROM pg_database")
there = {row[0] for row in cursor.fetchall()}
for name in asked["names"]:
    if name not in there:
        cursor.execute('CREATE DATABASE "{}"'.format(name.replace('"', '""')))
"""


def database_urls(system: System) -> dict[str, str]:
    """Return every service's DATABASE_URL and create what of it isn't there."""
    names = [member.name for member in system.members if member.name != GATEWAY]
    server = os.environ.get("POSTGRES_URL")
    urls = {}
    missing = []
    for name in names:
        given = os.environ.get(f"DATABASE_URL_{variable(name)}")
        if given:
            urls[name] = given
        elif server:
            missing.append(_database_name(system, server, name))
            urls[name] = _with_path(server, missing[-1])
        else:
            urls[name] = "sqlite:///{}".format(system.data / (name + ".db"))
    system.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if server and missing:
        _create(system.python, server, missing)
    return urls


def _create(python: str, server: str, names: list[str]) -> None:
    """Create databases with the driver that the services use."""
    plain = re.sub(r"^\w+(\+\w+)?://", "postgresql://", _with_path(server, "postgres"))
    done = subprocess.run(
        [python, "-c", _CREATE],
        input=json.dumps({"server": plain, "names": names}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise Failure(f"POSTGRES_URL: databases can't be created: {last}")


def _database_name(system: System, server: str, service: str) -> str:
    """Return the service's name after the one in the server's address, or the system's."""
    base = urlsplit(server).path.strip("/") or system.name
    return re.sub(r"\W", "_", f"{base}_{service}".lower())


def _with_path(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path="/" + name))

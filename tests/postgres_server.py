"""A PostgreSQL server for the time of some tests: in a folder of its own, on a free port.

`python tests/postgres_server.py COMMAND…` runs a command that finds its address in POSTGRES_URL;
`python tests/postgres_server.py --new NAME` makes an empty database there and prints its address.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ports import free_port

MISSING = "These tests need PostgreSQL's server: apt-get install postgresql"
_OPTIONS = ("fsync=off", "synchronous_commit=on", "max_connections=300", "log_lock_waits=on")


@contextlib.contextmanager
def postgres_server() -> Iterator[str]:
    """Run a server for a block; yields its address, to which a database's name is to be added.

    Where POSTGRES_URL is set, that is the server.
    """
    if os.environ.get("POSTGRES_URL"):
        yield os.environ["POSTGRES_URL"].rstrip("/")
        return
    folder = Path(tempfile.mkdtemp(prefix="decompose-postgres-"))
    user = _user()
    if user:
        shutil.chown(folder, user)
    try:
        with _running(folder, user) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(folder: Path, user: str | None) -> Iterator[str]:
    data = folder / "data"
    _run(["initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N"], user)
    port = free_port()
    options = [word for option in _OPTIONS for word in ("-c", option)]
    command = [_program("postgres"), "-D", data, "-p", str(port), "-k", folder, *options]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, **_as(user))
    try:
        _wait(port, server, folder / "log")
        yield f"postgresql://postgres@127.0.0.1:{port}"
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(5)
        server.kill()
        server.wait()


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    address = ["-h", "127.0.0.1", "-p", str(port), "-q"]
    until = time.monotonic() + 30
    while subprocess.run([_program("pg_isready"), *address], check=False).returncode:
        if server.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"PostgreSQL doesn't start:\n{log.read_text()}")
        time.sleep(0.05)


def _run(command: list[Any], user: str | None) -> None:
    subprocess.run(
        [_program(command[0]), *command[1:]], check=True, stdout=subprocess.DEVNULL, **_as(user)
    )


def _user() -> str | None:
    """Return who runs the server: it refuses to be root's."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {"cwd": "/"}
    return {"cwd": "/", "user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _program(name: str) -> str:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    path = os.pathsep.join([*map(str, versions), os.environ.get("PATH", "")])
    found = shutil.which(name, path=path)
    if found is None:
        raise FileNotFoundError(MISSING)
    return found


def _version(path: Path) -> int:
    return int(path.parent.name) if path.parent.name.isdigit() else 0


def new_database(server: str, name: str) -> str:
    """Make an empty database, in the place of one of that name; return its address."""
    import psycopg  # noqa: PLC0415 - the kit is tested where there is no driver

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"


def main(command: list[str]) -> int:
    """Run a command while there is a server; return its exit code."""
    if command[0] == "--new":
        sys.stdout.write(new_database(os.environ["POSTGRES_URL"].rstrip("/"), command[1]) + "\n")
        return 0
    try:
        with postgres_server() as url:
            environment = {**os.environ, "POSTGRES_URL": url}
            return subprocess.run(command, check=False, env=environment).returncode
    except FileNotFoundError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

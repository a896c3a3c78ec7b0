"""A split that runs already: a file names its gateway and the databases of its services."""

from __future__ import annotations

import re
import socket
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from decompose.errors import UserError
from decompose.verify.rows import SEQUENCES
from decompose.verify.side import Side
from decompose.verify.sqlite_store import SqliteStore
from decompose.verify.start import open_split
from decompose.verify.store import Store
from decompose.verify.system import System
from decompose.verify.tape import Shape, Survey

_SCHEMES = {"postgresql": r"postgres(ql)?(\+\w+)?://.", "sqlite": r"sqlite:////."}
_PORTS = {"http": 80, "https": 443}
_TIMEOUT = 10.0


class Running(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """Where a split is: its gateway's address, and each service's database as SQLAlchemy has it.

    Databases that hold rows are refused unless these may be replaced.
    """

    gateway: str
    databases: dict[str, str]
    replace_rows: bool = False


def read_running(path: Path, system: System, tape: Survey) -> Running:
    """Read the file; raises UserError where it is not about this system and this tape."""
    try:
        running = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Running)
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}.") from error
    except (ValueError, msgspec.ValidationError) as error:
        raise UserError(f"{path}: {error}.", hint="--prepare DIR writes such a file.") from error
    problems = list(_problems(running, system, tape.dialect))
    if problems:
        raise UserError(f"{path}: {'; '.join(problems)}.")
    return running


def _problems(running: Running, system: System, dialect: str) -> Iterator[str]:
    parts = urlsplit(running.gateway)
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
        yield f"the gateway {running.gateway!r} is no address like http://127.0.0.1:8080"
    for name in sorted(system.owned.keys() - running.databases.keys()):
        yield f"the database of {name} is missing"
    for name, url in sorted(running.databases.items()):
        if name not in system.owned:
            yield f"{name} is no service of {system.name}"
        elif not re.match(_SCHEMES[dialect], url):
            yield f"the database of {name} has to be of the tape's kind, {dialect}"


def running_split(running: Running, system: System, tape: Survey, closing: ExitStack) -> Side:
    """The split, whose databases are left empty afterwards.

    Raises UserError where it can't be reached, or its databases hold rows that nobody gave away.
    """
    parts = urlsplit(running.gateway)
    try:
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname, port), _TIMEOUT).close()
    except OSError as error:
        raise UserError(
            f"The gateway {running.gateway} does not answer: {error}.", hint="Start the split."
        ) from error

    def opened(name: str, shapes: Mapping[str, Shape]) -> Store:
        store = _open(name, running.databases[name], shapes)
        closing.callback(store.close)
        return store

    owned, copied = open_split(system, tape, opened)
    split = Side(running.gateway, owned, copied, started_elsewhere=True)
    if not running.replace_rows:
        _refuse_rows(split)
    closing.callback(split.bring_to, {})
    return split


def _refuse_rows(split: Side) -> None:
    filled = sorted(name for name, rows in split.state().items() if rows and name not in SEQUENCES)
    if filled:
        raise UserError(
            f"The split's databases hold rows ({', '.join(filled)}), and a replay replaces them.",
            hint="Name empty databases; or say `replace-rows = true` where all rows may be lost.",
        )


def _open(name: str, url: str, shapes: Mapping[str, Shape]) -> Store:
    if not url.startswith("sqlite:"):
        return _postgres(name, url, shapes)
    path = Path(url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise UserError(f"The database of {name}, {path}, is not there.", hint="Start the split.")
    return SqliteStore(path, shapes)


def _postgres(name: str, url: str, shapes: Mapping[str, Shape]) -> Store:
    from decompose.verify.postgres_store import (  # noqa: PLC0415 - an extra
        PostgresError,
        PostgresStore,
        connected,
    )

    try:
        connection = connected(re.sub(r"^postgres\w*(\+\w+)?:", "postgresql:", url))
        connection.execute("SET session_replication_role = replica")
        connection.execute("RESET session_replication_role")
        return PostgresStore(connection, name, shapes)
    except PostgresError as error:
        raise UserError(
            f"The database of {name} can't be used: {error}".rstrip(),
            hint="It has to be reachable from here, by its server's superuser.",
        ) from error

"""Sides that run already: a file names their addresses and their databases."""

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


class Monolith(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a monolith is: its address, and its database as SQLAlchemy has it."""

    address: str
    database: str


class Running(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"
):
    """Where a split is: its gateway's address, and each service's database as SQLAlchemy has it.

    `monolith` and `again`, the second process of it, are started where they are not named.
    Databases that hold rows are refused unless these may be replaced.
    """

    gateway: str
    databases: dict[str, str]
    monolith: Monolith | None = None
    again: Monolith | None = None
    replace_rows: bool = False

    def monoliths(self) -> dict[str, Monolith]:
        """Those that run already."""
        named = {"monolith": self.monolith, "again": self.again}
        return {name: place for name, place in named.items() if place is not None}


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
    monoliths = running.monoliths()
    addresses = {"gateway": running.gateway} | {k: m.address for k, m in monoliths.items()}
    for name, address in addresses.items():
        parts = urlsplit(address)
        if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/"):
            yield f"the {name} {address!r} is no address like http://127.0.0.1:8080"
    for name in sorted(system.owned.keys() - running.databases.keys()):
        yield f"the database of {name} is missing"
    for name in sorted(running.databases.keys() - system.owned.keys()):
        yield f"{name} is no service of {system.name}"
    databases = [*sorted(running.databases.items())]
    databases += [(name, place.database) for name, place in monoliths.items()]
    seen: dict[str, str] = {}
    for name, url in databases:
        if not re.match(_SCHEMES[dialect], url):
            yield f"the database of {name} has to be of the tape's kind, {dialect}"
        if (other := seen.setdefault(url, name)) != name:
            yield f"{other} and {name} can't have one database"


def running_split(running: Running, system: System, tape: Survey, closing: ExitStack) -> Side:
    """The split, whose databases are left empty afterwards.

    Raises UserError where it can't be reached, or its databases hold rows that nobody gave away.
    """
    _require_answer("gateway", running.gateway)

    def opened(name: str, shapes: Mapping[str, Shape]) -> Store:
        return _open(name, running.databases[name], shapes, closing)

    owned, copied = open_split(system, tape, opened)
    split = Side(running.gateway, owned, copied, started_elsewhere=True)
    _give_rows_away(running, "split", split, closing)
    return split


def running_monolith(running: Running, name: str, tape: Survey, closing: ExitStack) -> Side | None:
    """The monolith that the file has under a name, if any; as for `running_split`."""
    place = running.monoliths().get(name)
    if place is None:
        return None
    _require_answer(name, place.address)
    store = _open(name, place.database, tape.tables, closing)
    side = Side(place.address, [store], started_elsewhere=True)
    _give_rows_away(running, name, side, closing)
    return side


def _require_answer(name: str, address: str) -> None:
    parts = urlsplit(address)
    try:
        port = parts.port or _PORTS[parts.scheme]
        socket.create_connection((parts.hostname, port), _TIMEOUT).close()
    except OSError as error:
        raise UserError(
            f"The {name} {address} does not answer: {error}.", hint="Start it."
        ) from error


def _give_rows_away(running: Running, name: str, side: Side, closing: ExitStack) -> None:
    """Refuse rows that may not be replaced, and see to it that none of the tape's are left."""
    filled = sorted(t for t, rows in side.state().items() if rows and t not in SEQUENCES)
    if filled and not running.replace_rows:
        raise UserError(
            f"The {name}'s databases hold rows ({', '.join(filled)}), and a replay replaces them.",
            hint="Name empty databases; or say `replace-rows = true` where all rows may be lost.",
        )
    closing.callback(side.bring_to, {})


def _open(name: str, url: str, shapes: Mapping[str, Shape], closing: ExitStack) -> Store:
    store = (
        _sqlite(name, url, shapes) if url.startswith("sqlite:") else _postgres(name, url, shapes)
    )
    closing.callback(store.close)
    return store


def _sqlite(name: str, url: str, shapes: Mapping[str, Shape]) -> Store:
    path = Path(url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise UserError(f"The database of {name}, {path}, is not there.", hint="Start it.")
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

"""Creates the tables of a service's database that are missing: from models, from SQL, or both."""

from __future__ import annotations

import importlib
import importlib.util
import re
import sqlite3
from typing import FrozenSet, Iterator, List

from servicekit import dbapi
from servicekit.description import Description
from servicekit.errors import SchemaError

_CREATE = re.compile(
    r"\s*CREATE\s+(?:(?:OR\s+REPLACE|UNIQUE|TEMP|TEMPORARY|UNLOGGED|VIRTUAL|MATERIALIZED)\s+)*"
    r"(?:TABLE|INDEX|VIEW|TRIGGER|SEQUENCE|(EXTENSION))\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?"
    r"""(?:["\[`]?\w+["\]`]?\.)?["\[`]?(\w+)""",
    re.IGNORECASE,
)


def create(description: Description, url: str) -> None:
    """Create what is missing of the service's tables; raises `SchemaError` if that can't be."""
    for module in description.models:
        importlib.import_module(module)
    wanted = frozenset(description.tables)
    if description.schema:
        path = description.directory / description.schema
        _create_from_sql(path.read_text(encoding="utf-8"), url)
    if description.models and importlib.util.find_spec("sqlalchemy"):
        importlib.import_module("servicekit.metadata").create(description, url)
    with dbapi.connection(url) as opened:
        _check(wanted, dbapi.names(opened))


def _check(wanted: FrozenSet[str], present: FrozenSet[str]) -> None:
    folded = {name.lower() for name in present}
    missing = sorted(name for name in wanted if name.rpartition(".")[2].lower() not in folded)
    if missing:
        raise SchemaError(
            f"no model and no statement creates: {', '.join(missing)};"
            " service.json names the modules ('models') and the file ('schema') that should"
        )


def _create_from_sql(script: str, url: str) -> None:
    """Run those CREATE statements whose object isn't there yet."""
    with dbapi.connection(url) as opened:
        present = {name.lower() for name in dbapi.names(opened)}
        cursor = opened.cursor()
        for statement in statements(script):
            found = _CREATE.match(_without_comments(statement))
            if not found:
                raise SchemaError(f"not a CREATE statement of a schema: {statement[:80]!r}")
            if found.group(1) and url.startswith("sqlite:"):
                continue  # the monolith creates it for another server
            if found.group(2).lower() not in present:
                cursor.execute(statement)


def statements(script: str) -> List[str]:
    """Return the statements of an SQL script, split where SQLite sees their ends."""
    return [text for text in _split(script) if _without_comments(text).strip(" \t\r\n;")]


def _split(script: str) -> Iterator[str]:
    pending = ""
    for part in re.split(r"(?<=;)", script):
        pending += part
        if sqlite3.complete_statement(pending):
            yield pending.strip()
            pending = ""
    yield pending.strip()


def _without_comments(statement: str) -> str:
    return re.sub(r"/\*.*?\*/|--[^\n]*", " ", statement, flags=re.DOTALL)

"""Databases and small systems of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from split_world import PostgresEngine, Server, SqliteEngine, World

from postgres_server import postgres_server

POSTGRES = [pytest.param(name, marks=pytest.mark.postgres) for name in ["psycopg2"]]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server."""
    with postgres_server() as url:
        yield Server(url)


@pytest.fixture(params=["sqlite3", *POSTGRES])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Each kind of database that services may have."""
    made: Any = SqliteEngine(tmp_path)
    if request.param != "sqlite3":
        made = PostgresEngine(request.getfixturevalue("server"), request.param)
    yield made
    made.close()


@pytest.fixture
def make_world(engine: Any) -> Iterator[Callable[[str], World]]:
    """Make worlds of a schema, and take them down afterwards."""
    made: list[World] = []

    def make(schema: str) -> World:
        made.append(World(engine, schema))
        return made[-1]

    yield make
    for world in made:
        world.close()

"""Databases and small systems of services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from split_world import Engine, SqliteEngine, World


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    """The kind of database that a test runs on; a folder of its own."""
    return SqliteEngine(tmp_path)


@pytest.fixture
def make_world(engine: Engine) -> Iterator[Callable[[str], World]]:
    """Make worlds of a schema, and take them down afterwards."""
    made: list[World] = []

    def make(schema: str) -> World:
        made.append(World(engine, schema))
        return made[-1]

    yield make
    for world in made:
        world.close()

"""Which drivers' connections are watched for which database."""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from servicekit.database import Database
    from servicekit.guard import Guard

_MODULES = {"sqlite": ("sqlite3",), "postgresql": ("psycopg2", "psycopg")}


def install(database: Database, guard: Guard) -> None:
    """Watch connections to `database` that are opened from now on."""
    for driver in _MODULES[database.dialect]:
        if importlib.util.find_spec(driver):
            importlib.import_module(f"servicekit.hooks_{driver}").install(database, guard)


def remove(database: Database) -> None:
    """Let connections to `database` that are opened from now on be plain."""
    for driver in _MODULES[database.dialect]:
        if importlib.util.find_spec(driver):
            importlib.import_module(f"servicekit.hooks_{driver}").remove(database)

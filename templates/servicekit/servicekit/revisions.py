"""What Alembic needs to write and run a service's own revisions; called by `migrations/env.py`."""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import Any, List

import sqlalchemy
from sqlalchemy.pool import NullPool

from servicekit import config_pins, description, metadata, own_schema, target
from servicekit.application import configuration
from servicekit.description import Description
from servicekit.settings import peer_variable

_UNUSED = {"SECRET_KEY": "of no use here", "SERVICEKIT_SECRET": "of-no-use-here-either"}
_NOWHERE = "http://127.0.0.1:9"  # the discard port: no peer is asked


def run(path: Path) -> None:
    """Run what Alembic was asked for on the database that DATABASE_URL names.

    The kit's tables and others that no model declares are left alone.
    """
    described = description.read(path)
    peers = {peer_variable(name): _NOWHERE for name in described.peers}
    described, chosen = configuration(path, {**_UNUSED, **peers, **os.environ})
    config_pins.pin(described, chosen, os.environ)
    wanted = _declared(described)
    names = {table.name for found in wanted for table in found.tables.values()}
    context = importlib.import_module("alembic.context")
    url = config_pins.sqlalchemy_url(chosen.database_url)
    with sqlalchemy.create_engine(url, poolclass=NullPool).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=wanted,
            include_name=lambda name, kind, _: kind != "table" or name in names,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def _declared(described: Description) -> List[Any]:
    """Return the metadata of the service's tables; loading the application makes none of them."""
    with own_schema.replaced(lambda: None):
        target.load(described.application, described.directory)
    return metadata.of_service(described)

"""A plugin of pytest for the monolith's own tests, run on a service's slice without the runtime.

Three things are as in the running service: links to other services' endpoints can be built, all of
the slice's models are known, and where the monolith would migrate its whole database, their tables
are made.
"""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from servicekit import build_only, description
from servicekit.description import Description


def pytest_configure(config: Any) -> None:
    """Arrange all that before any code of the application runs."""
    path = Path(str(getattr(config, "inipath", None) or config.inifile))
    _complete(description.read(path.with_name("service.json")))
    if importlib.util.find_spec("alembic"):
        command: Any = importlib.import_module("alembic.command")
        command.upgrade, command.stamp = _create, _nothing


def _complete(described: Description) -> None:
    """Give every application what it lacks, when a context of it is first made."""
    make: Any = Flask.create_url_adapter

    def create_url_adapter(self: Flask, *arguments: Any, **named: Any) -> Any:
        if "servicekit" not in self.extensions:
            self.extensions["servicekit"] = described.name
            build_only.add_rules(self, described.build_only)
            for module in described.models:
                importlib.import_module(module)
        return make(self, *arguments, **named)

    Flask.create_url_adapter = create_url_adapter  # type: ignore[method-assign]


def _create(*arguments: Any, **named: Any) -> None:
    """Create the tables of the application's models."""
    held = current_app.extensions.get("sqlalchemy")
    database: Any = getattr(held, "db", held)  # Flask-SQLAlchemy before 3 keeps a state there
    if database is not None:
        database.create_all()


def _nothing(*arguments: Any, **named: Any) -> None:
    """There are no revisions to note."""

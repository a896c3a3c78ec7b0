"""Finds the sliced application: imports it, calls its factory."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

from flask import Flask

from servicekit.description import Application


class TargetError(Exception):
    """`application.target` of service.json isn't what it says."""


def load(application: Application, directory: Path) -> Flask:
    """Return the Flask object, with the service's folder first among the places to import from."""
    if str(directory) not in sys.path:
        sys.path.insert(0, str(directory))
    module, _, name = application.target.partition(":")
    found: Any = importlib.import_module(module)
    try:
        for part in name.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise TargetError(f"application.target: {application.target}: {error}") from error
    app = found() if application.is_factory else found
    if not isinstance(app, Flask):
        raise TargetError(f"application.target: {application.target} is {app!r}, no Flask object")
    return app

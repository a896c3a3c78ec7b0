"""Configuration that the service decides, whatever the application's own code assigns."""

from __future__ import annotations

import importlib.util
import logging
import re
from typing import Any, ClassVar, Dict, Mapping, MutableMapping

from flask import Flask
from flask.config import Config

from servicekit.description import Description
from servicekit.settings import Settings

log = logging.getLogger(__name__)


class PinnedConfig(Config):
    """Configuration of which the service decides some keys: assigning to them has no effect."""

    pinned: ClassVar[Mapping[str, Any]] = {}

    def _refuses(self, key: Any) -> bool:
        if key in self.pinned:
            log.debug("configuration key stays as service.json pins it", extra={"key": key})
        return key in self.pinned

    def __setitem__(self, key: Any, value: Any) -> None:
        if not self._refuses(key):
            super().__setitem__(key, value)

    def __delitem__(self, key: Any) -> None:
        if not self._refuses(key):
            super().__delitem__(key)

    def __ior__(self, other: Any) -> Any:  # type: ignore[misc]
        self.update(other)
        return self

    def update(self, *arguments: Any, **named: Any) -> None:
        """Take values over, except pinned ones."""
        for key, value in dict(*arguments, **named).items():
            self[key] = value

    def pop(self, key: Any, *default: Any) -> Any:
        """Remove a value, unless it is pinned."""
        return self[key] if self._refuses(key) else super().pop(key, *default)

    def clear(self) -> None:
        """Remove all values but the pinned ones."""
        for key in list(self):
            del self[key]


def pin(
    description: Description, settings: Settings, environment: MutableMapping[str, str]
) -> None:
    """Decide the values that `service.json` names, before any code of the application runs.

    Every Flask object of this process gets them, however and whenever it is made.
    """
    config: Dict[str, Any] = dict(settings.config)
    places = [(description.database, _database_value(description, settings))]
    if description.secret:
        places.append((description.secret, settings.secret_key or ""))
    for place, value in places:
        if place.config:
            config[place.config] = value
        if place.environment:
            environment[place.environment] = value
    _pin_config(config)


def _database_value(description: Description, settings: Settings) -> str:
    url = settings.database_url
    if description.database.style == "path":
        return sqlite_path(url)
    if (description.database.config or "").startswith("SQLALCHEMY_"):
        return sqlalchemy_url(url)
    return url


def sqlite_path(url: str) -> str:
    """Return the file of a `sqlite:////absolute/path.db` URL."""
    return url[len("sqlite:///") :]


def sqlalchemy_url(url: str) -> str:
    """Return `url` with the PostgreSQL driver that is installed; SQLAlchemy's default varies."""
    if not url.startswith("postgresql://"):
        return url
    driver = "psycopg2" if importlib.util.find_spec("psycopg2") else "psycopg"
    return f"postgresql+{driver}{url[len('postgresql') :]}"


def plain_url(url: str) -> str:
    """Return `url` as drivers know it, without SQLAlchemy's `+driver`."""
    return re.sub(r"^postgresql\+\w+://", "postgresql://", url)


def _pin_config(pinned: Mapping[str, Any]) -> None:
    """Make every application's configuration refuse to change the pinned keys."""
    make: Any = Flask.make_config

    def make_config(self: Flask, *arguments: Any, **named: Any) -> Config:
        config: Config = make(self, *arguments, **named)
        kind = type(config)
        config.__class__ = type(kind.__name__, (PinnedConfig, kind), {"pinned": pinned})
        for key, value in pinned.items():
            dict.__setitem__(config, key, value)
        return config

    Flask.make_config = make_config  # type: ignore[method-assign, assignment]

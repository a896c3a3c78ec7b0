"""Where the monolith takes its database from, so that each service can be given its own."""

from __future__ import annotations

from decompose.domain.model import EntryKind, ReferenceKind, SystemModel
from decompose.domain.plan import DatabaseSetting, SettingStyle
from decompose.errors import UserError

_FLASK_SQLALCHEMY = "SQLALCHEMY_DATABASE_URI"
_EXTENSION = "flask_sqlalchemy.SQLAlchemy"
_CONNECTS = ("sqlite3.connect", "sqlite3.dbapi2.connect")
_HINT = 'Name it in decompose.toml: database = "config:KEY" or "environment:KEY".'


def find_database(model: SystemModel, named: str) -> DatabaseSetting:
    """The key that names the database.

    `named` is what the boundary file says, empty where it says nothing: Flask-SQLAlchemy has a
    key of its own, and a function that connects to SQLite has it among the keys that it reads.
    Raises UserError where neither tells.
    """
    if named:
        return _named(named)
    if _uses_extension(model):
        return DatabaseSetting(key=_FLASK_SQLALCHEMY, style=SettingStyle.URL)
    keys = sorted(_keys_of_connecting(model))
    if len(keys) == 1:
        return DatabaseSetting(key=keys[0], style=SettingStyle.PATH)
    seen = f" Candidates: {', '.join(keys)}." if keys else ""
    raise UserError(f"It is not clear which setting names the database.{seen}", hint=_HINT)


def _uses_extension(model: SystemModel) -> bool:
    """Whether there is a Flask-SQLAlchemy, or code that uses one of a class of its own."""
    made = any(e.kind is EntryKind.EXTENSION and e.name == _EXTENSION for e in model.entries)
    return made or any(r.target.startswith(f"{_EXTENSION}.") for r in model.references)


def _named(named: str) -> DatabaseSetting:
    source, _, key = named.partition(":")
    path = key.endswith(":path")
    key = key.removesuffix(":path")
    if source not in ("config", "environment") or not key:
        raise UserError(f"decompose.toml: {named!r} names no database setting.", hint=_HINT)
    style = SettingStyle.PATH if path else SettingStyle.URL
    return DatabaseSetting(key=key, style=style, environment=source == "environment")


def _keys_of_connecting(model: SystemModel) -> set[str]:
    connecting = {r.source for r in model.references
                  if r.kind is ReferenceKind.CALL and r.target in _CONNECTS}  # fmt: skip
    return {e.name for e in model.entries
            if e.kind is EntryKind.CONFIG and e.handler in connecting}  # fmt: skip

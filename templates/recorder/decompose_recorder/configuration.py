"""The configuration that an application was recorded with, and giving it to those that replay."""

from __future__ import annotations

import base64
import datetime
import os
from typing import Any, ClassVar, Dict, Mapping

_OF_THE_RUN = {
    "DEBUG",
    "ENV",
    "PROPAGATE_EXCEPTIONS",
    "PRESERVE_CONTEXT_ON_EXCEPTION",
    "TRAP_HTTP_EXCEPTIONS",
    "TRAP_BAD_REQUEST_ERRORS",
    "EXPLAIN_TEMPLATE_LOADING",
    "SQLALCHEMY_BINDS",
    "SQLALCHEMY_ENGINE_OPTIONS",
    "SQLALCHEMY_ECHO",
}
"""Keys that say how a run is watched or where its data is, not how the application behaves."""


def described(config: Mapping[str, Any]) -> Dict[str, Any]:
    """Return the values that can be given to another process: plain ones, bytes, spans of time.

    A path of the machine becomes `{"path": name}`: whoever replays has a folder of their own.
    """
    found: Dict[str, Any] = {}
    for key in sorted(config):
        value = config[key]
        if key in _OF_THE_RUN or not isinstance(key, str):
            continue
        if isinstance(value, datetime.timedelta):
            found[key] = {"seconds": value.total_seconds()}
        elif isinstance(value, bytes):
            found[key] = {"bytes": base64.b64encode(value).decode()}
        elif isinstance(value, str) and _is_path(value):
            found[key] = {"path": key.lower()}
        elif _is_plain(value):
            found[key] = {"value": list(value) if isinstance(value, tuple) else value}
    return found


def _is_path(value: str) -> bool:
    """Whether a value is a place on this machine, and not a URL's path."""
    folder = os.path.dirname(value)
    return os.path.isabs(value) and folder != os.sep and os.path.isdir(folder)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(k, str) and _is_plain(inner) for k, inner in value.items())
    return value is None or isinstance(value, (str, int, float, bool))


def values(told: Mapping[str, Mapping[str, Any]], folder: str) -> Dict[str, Any]:
    """Return the values of a description; paths lie in `folder`."""
    found: Dict[str, Any] = {}
    for key, described_value in told.items():
        if "seconds" in described_value:
            found[key] = datetime.timedelta(seconds=described_value["seconds"])
        elif "bytes" in described_value:
            found[key] = base64.b64decode(described_value["bytes"])
        elif "path" in described_value:
            found[key] = os.path.join(folder, described_value["path"])
        else:
            found[key] = described_value["value"]
    return found


def pin(flask_app: Any, pinned: Mapping[str, Any]) -> None:
    """Give each application of this process these values, whatever its own code assigns."""
    make = flask_app.Flask.make_config

    def make_config(self: Any, *arguments: Any, **named: Any) -> Any:
        config = make(self, *arguments, **named)
        kind = type(config)
        config.__class__ = type(kind.__name__, (_Pinned, kind), {"_decompose": dict(pinned)})
        for key, value in pinned.items():
            dict.__setitem__(config, key, value)
        return config

    flask_app.Flask.make_config = make_config


class _Pinned:
    """Mixed into a configuration: its pinned keys keep their values."""

    _decompose: ClassVar[Dict[str, Any]] = {}

    def __setitem__(self, key: Any, value: Any) -> None:
        if key not in self._decompose:
            super().__setitem__(key, value)  # type: ignore[misc]

    def update(self, *arguments: Any, **named: Any) -> None:
        """Take values over, except pinned ones."""
        for key, value in dict(*arguments, **named).items():
            self[key] = value

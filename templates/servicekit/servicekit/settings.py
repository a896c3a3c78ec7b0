"""What a process is told by its environment, checked and typed."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from servicekit.description import Description, Setting

SHORTEST_SECRET = 16
_TRUE, _FALSE = ("1", "true", "yes", "on"), ("0", "false", "no", "off", "")


class SettingsError(Exception):
    """The environment doesn't say what is needed; `problems` has all of it."""

    def __init__(self, problems: List[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problems))


@dataclass(frozen=True)
class Settings:
    """A process's settings."""

    database_url: str
    secret_key: Optional[str]
    kit_secrets: Tuple[str, ...]
    peers: Mapping[str, str]
    host: str
    port: int
    internal_host: str
    internal_port: int
    log_level: str
    trusted_proxies: int
    workers: int
    threads: int
    request_timeout: int
    graceful_timeout: int
    config: Mapping[str, Any]


class Environment:
    """Reads variables; what is missing or malformed is noted, so that all is told at once."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.missing: List[str] = []
        self.problems: List[str] = []

    def optional(self, name: str) -> Optional[str]:
        """Return a variable, or what the file holds that `NAME_FILE` names; else None."""
        if self._variables.get(name):
            return self._variables[name]
        path = self._variables.get(f"{name}_FILE")
        if not path:
            return None
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except (OSError, ValueError) as error:
            self.problems.append(f"{name}_FILE: {error}")
            return None

    def required(self, name: str) -> str:
        """Return a variable that has to be there."""
        value = self.optional(name)
        if value is None and not any(entry.startswith(f"{name}_FILE:") for entry in self.problems):
            self.missing.append(name)
        return value or ""

    def integer(self, name: str, default: int, lowest: int = 0) -> int:
        """Return a whole number."""
        text = self.optional(name)
        if text is None:
            return default
        if not re.match(r"\d{1,9}$", text) or int(text) < lowest:
            self.problems.append(f"{name}: expected a whole number from {lowest}, found {text!r}")
            return default
        return int(text)

    def url(self, name: str, schemes: Tuple[str, ...]) -> str:
        """Return a required URL of one of some schemes."""
        value = self.required(name)
        if value and not value.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            self.problems.append(f"{name}: expected a URL of {' or '.join(schemes)}")
        return value.rstrip("/")


def peer_variable(peer: str) -> str:
    """Return the name of the variable that holds a peer's internal address."""
    return f"PEER_{re.sub('[^A-Z0-9]', '_', peer.upper())}_URL"


def read(description: Description, variables: Mapping[str, str]) -> Settings:
    """Return the settings of a service; raises `SettingsError` with all that is wrong."""
    environment = Environment(variables)
    settings = _settings(description, environment)
    if environment.missing:
        names = ", ".join(environment.missing)
        environment.problems.insert(0, f"missing in the environment: {names}")
    if environment.problems:
        raise SettingsError(environment.problems)
    return settings


def _settings(description: Description, environment: Environment) -> Settings:
    host = environment.optional("HOST") or "127.0.0.1"
    return Settings(
        database_url=_database_url(environment),
        secret_key=environment.required("SECRET_KEY") if description.secret else None,
        kit_secrets=_kit_secrets(environment),
        peers={
            peer: environment.url(peer_variable(peer), ("http", "https"))
            for peer in description.peers
        },
        host=host,
        port=environment.integer("PORT", 8000),
        internal_host=environment.optional("INTERNAL_HOST") or host,
        internal_port=environment.integer("INTERNAL_PORT", 9000),
        log_level=_log_level(environment),
        trusted_proxies=environment.integer("TRUSTED_PROXIES", 1),
        workers=environment.integer("WORKERS", 1, lowest=1),
        threads=environment.integer("THREADS", 16, lowest=1),
        request_timeout=environment.integer("REQUEST_TIMEOUT", 60, lowest=1),
        graceful_timeout=environment.integer("GRACEFUL_TIMEOUT", 30, lowest=1),
        config=_config(description.settings, environment),
    )


def _database_url(environment: Environment) -> str:
    """Return the database's URL; hosting platforms still hand out `postgres://`."""
    value = environment.required("DATABASE_URL")
    if value.startswith("postgres://"):
        value = "postgresql" + value[len("postgres") :]
    sqlite = value.startswith("sqlite:////") and not value.endswith("/")
    if value and not sqlite and not re.match(r"postgresql(\+\w+)?://", value):
        environment.problems.append(
            "DATABASE_URL: expected sqlite:////absolute/path.db or postgresql://…"
        )
    return value


def _kit_secrets(environment: Environment) -> Tuple[str, ...]:
    """Return the keys that services trust: the first signs, each is accepted (rotation)."""
    keys = tuple(re.split(r"[\s,]+", environment.required("SERVICEKIT_SECRET").strip(" ,\n\t")))
    if keys != ("",) and any(len(key) < SHORTEST_SECRET for key in keys):
        environment.problems.append(
            f"SERVICEKIT_SECRET: a key has at least {SHORTEST_SECRET} characters"
        )
    return keys


def _log_level(environment: Environment) -> str:
    level = (environment.optional("LOG_LEVEL") or "INFO").upper()
    if not isinstance(logging.getLevelName(level), int):
        environment.problems.append(f"LOG_LEVEL: {level!r} is no level of Python's logging")
        return "INFO"
    return level


def _config(entries: Tuple[Setting, ...], environment: Environment) -> Dict[str, Any]:
    """Return the config keys that the environment decides."""
    config: Dict[str, Any] = {}
    for entry in entries:
        read_text = environment.required if entry.required else environment.optional
        text = read_text(entry.environment)
        if not text:
            config[entry.config] = entry.default
            continue
        try:
            config[entry.config] = _CONVERTERS[entry.type](text)
        except ValueError:
            environment.problems.append(f"{entry.environment}: expected {entry.type}")
    return config


def _boolean(text: str) -> bool:
    if text.lower() not in _TRUE + _FALSE:
        raise ValueError(text)
    return text.lower() in _TRUE


_CONVERTERS: Mapping[str, Callable[[str], Any]] = {
    "text": str,
    "integer": int,
    "number": float,
    "boolean": _boolean,
    "json": json.loads,
}

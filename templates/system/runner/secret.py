"""Keys that all services share, made once."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from runner.failure import Failure

NAMES = ("SECRET_KEY", "SERVICEKIT_SECRET")


def shared_secrets(data: Path) -> dict[str, str]:
    """Return the keys; those given by the environment, also as files, go before the kept ones."""
    wanted = [
        name for name in NAMES if not (os.environ.get(name) or os.environ.get(name + "_FILE"))
    ]
    if not wanted:
        return {}
    kept = _kept(data / "secrets.json")
    return {name: kept[name] for name in wanted}


def _kept(path: Path) -> dict[str, str]:
    """Return the keys in a file that only its owner can read; make it if it isn't there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        handle = os.open(str(path), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return _read(path)
    made = {name: secrets.token_urlsafe(48) for name in NAMES}
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(made, file)
    return made


def _read(path: Path) -> dict[str, str]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(kept[name]) for name in NAMES}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Failure(f"{path} can't be used: {error!r}; remove it to make new keys") from error

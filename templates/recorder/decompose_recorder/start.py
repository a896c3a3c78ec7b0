"""Reads what this process is to do, and hooks what that takes."""

from __future__ import annotations

import atexit
import json
import os
from typing import Any, Dict, Iterable, Optional

from decompose_recorder import configuration, holding, moment, sqlite, wsgi
from decompose_recorder.faults import Faults
from decompose_recorder.imports import after_import
from decompose_recorder.masking import Masks
from decompose_recorder.recording import Recorder
from decompose_recorder.tape import Tape

_HEADER = "HTTP_X_DECOMPOSE_MOMENT"
_ANSWERED = "X-Decompose-Moment"


def start(path: str) -> None:
    """Do what the settings file says: record, or replay."""
    with open(path, encoding="utf-8") as file:
        settings = json.load(file)
    if settings["mode"] == "record":
        _record(settings)
    elif settings["mode"] == "replay" and _is_side(settings):
        _replay(settings)


def _record(settings: Dict[str, Any]) -> None:
    moment.install()
    masks = Masks(settings["masks"], settings["key"])
    recorder = Recorder(Tape(settings["tape"], settings["limit"], masks), settings["root"])
    recorder.install()
    atexit.register(recorder.finish)


def _is_side(settings: Dict[str, Any]) -> bool:
    """Whether this process is the monolith, or a service of the split: the gateway is neither."""
    return bool(settings["monolith"]) or os.path.exists("service.json")


def _replay(settings: Dict[str, Any]) -> None:
    moment.install()
    if settings["monolith"]:
        holding.install()
    else:
        sqlite.watch(lambda connection, path: None)
    folder = os.path.abspath(os.path.join(settings["files"], os.path.basename(os.getcwd())))
    told = configuration.values(settings["config"], folder)
    pinned = {**told, "PROPAGATE_EXCEPTIONS": False, **settings["pinned"]}
    after_import("flask.app", lambda module: configuration.pin(module, pinned))
    if settings["monolith"]:
        after_import("alembic.command", _leave_tables)
    faults = Faults(settings["faults"], os.path.basename(os.getcwd()))
    if settings["faults"]:
        faults.install()
    wsgi.surround(
        lambda call, app, environ, start_response: _replayed(
            call, app, environ, start_response, faults if settings["faults"] else None
        )
    )


def _leave_tables(command: Any) -> None:
    """The tables are those of the tape: an application that migrates when it starts must not."""
    for name in ("upgrade", "stamp"):
        setattr(command, name, lambda *arguments, **named: None)


def _replayed(
    call: Any,
    app: Any,
    environ: Dict[str, Any],
    start_response: Any,
    faults: Optional[Faults],
) -> Iterable[bytes]:
    """Answer a request in the moment that its header names, and say so in the same header."""
    now, seed, hold = [*environ.pop(_HEADER, "").split(";"), "", ""][:3]
    if not seed:
        answered: Iterable[bytes] = call(app, environ, start_response)
        return answered
    answer = wsgi.Answer()

    def answered_at_moment() -> Iterable[bytes]:
        with moment.at(moment.Moment(float(now), seed)), holding.held(float(hold or 0)):
            return [answer.read(call(app, environ, answer.start_response))]

    body = faults.around("request", answered_at_moment) if faults else answered_at_moment()
    answer.headers.append((_ANSWERED, seed))
    return answer.send(b"".join(body), start_response)

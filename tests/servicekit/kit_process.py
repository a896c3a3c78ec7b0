"""A whole service as a process that kills itself at the step that the file `die` names.

`python kit_process.py path/to/service.json`; its application writes rows of other services.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import Any

from flask import Flask, request
from werkzeug.serving import run_simple

from servicekit import application
from servicekit.forwarding import Forwarding
from servicekit.ledger import Ledger

FOLDER = Path(sys.argv[1]).parent if len(sys.argv) > 1 else Path()


def step(name: str) -> None:
    """Pass a step, or be killed there; once, so that a restart gets further."""
    path = FOLDER / "die"
    if path.exists() and path.read_text() == name:
        path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)


def between(work: Any, name: str) -> Any:
    """Return `work` with a step before and one after it."""

    def stepped(*arguments: Any) -> Any:
        step(f"before {name}")
        result = work(*arguments)
        step(f"after {name}")
        return result

    return stepped


def make_data(described: Any, chosen: Any, peers: Any, metrics: Any) -> Any:
    """Return the data plane, with steps in its calls, its operations, and its commits."""
    call, commit = peers.call, Forwarding.commit
    peers.call = lambda peer, operation, *rest: between(call, f"{operation} at {peer}")(
        peer, operation, *rest
    )
    Forwarding.commit = lambda self, raw, end, *rest: commit(  # type: ignore[method-assign]
        self, raw, between(end, "commit"), *rest
    )
    Ledger.sweep.__defaults__ = (0.5,)  # no need to be patient: callers are dead or done
    data = application.data_plane(described, chosen, peers, metrics)
    plain = data.operations
    data.operations = lambda: {name: between(work, name) for name, work in plain().items()}
    return data


def connect(url: str) -> Any:
    """Connect as this application always did."""
    if url.startswith("sqlite:"):
        return sqlite3.connect(url[len("sqlite:///") :])
    import psycopg2  # noqa: PLC0415 - only some runs have it

    return psycopg2.connect(url)


def create_app() -> Flask:
    """Return the application."""
    app = Flask("shop")

    @app.route("/orders", methods=["POST"])
    def order() -> str:
        number = int(request.form["number"])
        connection = connect(app.config["DATABASE"])
        try:
            cursor = connection.cursor()
            cursor.execute(f"INSERT INTO orders VALUES ({number})")
            cursor.execute(f"INSERT INTO users VALUES ({number})")
            cursor.execute("UPDATE stock SET held = held + 1")
            connection.commit()
        finally:
            connection.close()
        return "ordered"

    return app


def main() -> None:
    """Serve."""
    service = application.create(Path(sys.argv[1]), make_data)
    service.start()
    run_simple("127.0.0.1", int(os.environ["PORT"]), service, threaded=True)


if __name__ == "__main__":
    main()

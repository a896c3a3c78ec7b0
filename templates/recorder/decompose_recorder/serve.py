"""Serves a WSGI application: `python -m decompose_recorder.serve TARGET PORT`.

The server is Werkzeug's, since every Flask application has it. Port 0 takes any free one, for a
program that reads the line `serving PORT` and keeps standard input open: when that is closed, by
whatever end the program came to, this server ends too.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
import threading
from typing import Any

from flask import Flask
from werkzeug.serving import make_server


def main(target: str, port: str) -> None:
    """Import the application and serve it until the process ends."""
    for folder in (os.path.join(os.getcwd(), "src"), os.getcwd()):
        sys.path.insert(0, folder)
    module, _, name = target.partition(":")
    application: Any = importlib.import_module(module)
    for part in name.split("."):
        application = getattr(application, part)
    if not isinstance(application, Flask):  # a factory
        application = application()
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = make_server("127.0.0.1", int(port), application, threaded=True)
    if port == "0":
        threading.Thread(target=_end_with_input, daemon=True).start()
    sys.stdout.write(f"serving {server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def _end_with_input() -> None:
    """End the process when nobody holds its standard input any more."""
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])

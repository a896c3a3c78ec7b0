"""A pytest plugin that records the SQL statements of every request, with its endpoint.

Runs inside the application's own environment (any Python from 3.7 on) and uses the standard
library only, besides what the application brings. Streams JSON lines to the file named by
`OBSERVE_OUTPUT`: `endpoint`, `statement`, and `stack` (the application's own frames, innermost
first, `path:line:function`, for paths below `OBSERVE_ROOT`). The same line is written once.

A statement counts while Flask dispatches a request: hooks, view, error handlers, and the
iteration of a streamed body. What tests do between requests does not.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import observe_legacy  # noqa: F401
from flask import Flask, request

ROOT = os.path.realpath(os.environ["OBSERVE_ROOT"]) + os.sep
OUTPUT = Path(os.environ["OBSERVE_OUTPUT"]).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - open until the process ends
REQUESTS = threading.local()
SEEN = set()


def stack_of(frame):
    """Return the application's own frames up to Flask's dispatch, innermost first."""
    found = []
    while frame is not None and frame.f_code.co_name != "full_dispatch_request":
        path = frame.f_code.co_filename
        if path.startswith(ROOT) and "site-packages" not in path:
            place = (path[len(ROOT) :], str(frame.f_lineno), frame.f_code.co_name)
            found.append(":".join(place))
        frame = frame.f_back
    return found


def record(statement):
    """Write one statement down if a request is under way in this thread."""
    under_way = getattr(REQUESTS, "running", ())
    if not under_way:
        return
    entry = {
        "endpoint": under_way[-1],
        "statement": statement,
        "stack": stack_of(sys._getframe(1)),
    }
    line = json.dumps(entry)
    if line not in SEEN:
        SEEN.add(line)
        OUTPUT.write(line + "\n")


@contextmanager
def running(endpoint):
    """Mark a request as under way in this thread."""
    outer = getattr(REQUESTS, "running", ())
    REQUESTS.running = (*outer, endpoint)
    try:
        yield
    finally:
        REQUESTS.running = outer


def while_running(endpoint, chunks):
    """Pass on the chunks of a streamed body, with its request marked as under way."""
    iterator = iter(chunks)
    while True:
        with running(endpoint):
            try:
                chunk = next(iterator)
            except StopIteration:
                return
        yield chunk


def watch_requests():
    """Mark requests as under way while Flask dispatches them."""
    dispatch = Flask.full_dispatch_request

    def full_dispatch_request(self, *arguments):
        endpoint = request.endpoint
        if endpoint is None:
            return dispatch(self, *arguments)
        with running(endpoint):
            response = dispatch(self, *arguments)
        if response.is_streamed and not response.direct_passthrough:
            response.response = while_running(endpoint, response.response)
        return response

    Flask.full_dispatch_request = full_dispatch_request


def watch_sqlalchemy():
    """Record what any SQLAlchemy engine executes, where the application has SQLAlchemy."""
    try:
        from sqlalchemy import event  # noqa: PLC0415 - not every application has it
        from sqlalchemy.engine import Engine  # noqa: PLC0415
    except ImportError:
        return False

    def before_cursor_execute(connection, cursor, statement, *_):
        record(statement)

    event.listen(Engine, "before_cursor_execute", before_cursor_execute)
    return True


def watch_sqlite():
    """Record what the standard library's SQLite connections execute."""
    connect = sqlite3.connect

    def watched_connect(*arguments, **keywords):
        connection = connect(*arguments, **keywords)
        connection.set_trace_callback(record)
        return connection

    sqlite3.connect = watched_connect


watch_requests()
if not watch_sqlalchemy():
    watch_sqlite()

"""Notices writes that the data plane refused, also where the application's handlers catch them."""

from __future__ import annotations

import json
from html import escape
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from flask import Flask, Response, request

from servicekit import tracing
from servicekit.errors import WriteRefused

NOTE = "servicekit.refusals"  # in a request's environ: the list that refusals are noted in
SCOPE = "servicekit.scope"  # and the scope of the data plane that it runs in
RETRY_AFTER_SECONDS = "1"
_NOTHING = "This can't be done at the moment, and nothing was saved. Please try again."
_PART = "A part of this was saved; the rest can't be done at the moment."
_PAGE = """<!doctype html>
<html lang=en>
<title>503 Service Unavailable</title>
<h1>Service Unavailable</h1>
<p>{message}</p>
<p>Request: {request_id}</p>
"""


def watch(app: Flask) -> None:
    """Note each refusal that leaves a view or hook; answer 503 where no handler took it."""
    handle_user, handle_last = app.handle_user_exception, app.handle_exception

    def handle_user_exception(error: Any) -> Any:
        refusal = find(error)
        if refusal is not None and NOTE in request.environ:
            request.environ[NOTE].append(refusal)
        return handle_user(error)

    def handle_exception(error: Any) -> Any:
        refusal = find(error)
        if refusal is None:
            return handle_last(error)
        status, headers, body = answer(request.environ, refusal)
        response = Response(body, status=status, headers=headers)
        return app.finalize_request(response, from_error_handler=True)

    app.handle_user_exception = handle_user_exception  # type: ignore[method-assign, assignment]
    app.handle_exception = handle_exception  # type: ignore[method-assign, assignment]


def find(error: Optional[BaseException]) -> Optional[WriteRefused]:
    """Return the refusal that an error is, wraps (as SQLAlchemy does), or came from."""
    return next((one for one in _chain(error) if isinstance(one, WriteRefused)), None)


def _chain(error: Optional[BaseException]) -> Iterator[BaseException]:
    seen: List[BaseException] = []
    waiting: List[Any] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or any(one is other for other in seen):
            continue
        seen.append(one)
        yield one
        waiting += [one.__context__, one.__cause__, getattr(one, "orig", None)]


def answer(
    environ: Mapping[str, Any], refusal: WriteRefused
) -> Tuple[str, List[Tuple[str, str]], bytes]:
    """Return a 503 as WSGI parts: a page for those who read pages, else JSON.

    Where an earlier transaction of the request was committed it says so, and asks nobody to retry.
    """
    again = not getattr(environ.get(SCOPE), "committed", False)
    message = _NOTHING if again else _PART
    trace = tracing.current()
    request_id = trace.request_id if trace else ""
    if "text/html" in str(environ.get("HTTP_ACCEPT", "")):
        kind = "text/html; charset=utf-8"
        text = _PAGE.format(message=escape(message), request_id=escape(request_id))
    else:
        kind = "application/json"
        facts: Dict[str, Any] = {
            "error": refusal.reason,
            "message": message,
            "status": 503,
            "request_id": request_id,
            "service": refusal.owner,
        }
        text = json.dumps(facts) + "\n"
    body = text.encode("utf-8")
    headers = [
        ("Content-Type", kind),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        *([("Retry-After", RETRY_AFTER_SECONDS)] if again else []),
    ]
    return "503 SERVICE UNAVAILABLE", headers, body

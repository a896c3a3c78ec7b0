"""The middleware around the sliced application: fresh replicas, retries, ids, numbers."""

from __future__ import annotations

import contextlib
import logging
import random
import time
from typing import Any, Callable, Iterable, Iterator, List, Optional, Tuple

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from servicekit import refusals, seen, tracing
from servicekit.description import Description
from servicekit.errors import WriteRefused
from servicekit.exchange import Answer, Body, Environ, Headers, Replay
from servicekit.telemetry import Metrics

PATIENCE = 5.0  # seconds in which a refused request is run again
PAUSES = (0.01, 0.5)  # seconds before the second run at most, and before any
_READING = ("GET", "HEAD", "OPTIONS", "TRACE")
access = logging.getLogger("servicekit.access")
log = logging.getLogger("servicekit.web")


class Middleware:
    """A WSGI application that runs each request of another within a scope of the data plane."""

    def __init__(
        self,
        app: Flask,
        description: Description,
        data: Any,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._description = description
        self._data = data
        self._metrics = metrics
        self._sessions = bool(description.levels.having("session", description.tables))
        refusals.watch(app)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a request."""
        with contextlib.ExitStack() as at_end:
            trace = at_end.enter_context(tracing.work(tracing.from_environ(environ)))
            environ["HTTP_X_REQUEST_ID"] = trace.request_id
            endpoint = self._endpoint(environ)
            record = _Record(environ, endpoint, self._metrics)
            at_end.callback(record.end)
            answer, extra = self._answer(environ, endpoint, at_end)
            record.status = answer.status.partition(" ")[0]
            _add(answer.headers, [("X-Request-ID", trace.request_id), *extra])
            start_response(answer.status, answer.headers)
            return Body(answer, at_end.pop_all())
        raise AssertionError("the block returns or raises")

    def _endpoint(self, environ: Environ) -> Optional[str]:
        """Return the endpoint that will answer, as the application's own rules say."""
        try:
            adapter = self._app.create_url_adapter(self._app.request_class(environ))
            return str(adapter.match()[0]) if adapter else None
        except (HTTPException, RoutingException):
            return None

    def _tables(self, endpoint: Optional[str]) -> Tuple[str, ...]:
        """Return the foreign tables that an endpoint reads: all, where nothing is known of it."""
        if endpoint and endpoint in self._description.endpoints:
            reads = self._description.endpoints[endpoint]
            return tuple(table for table in reads if table not in self._description.owned)
        if endpoint and endpoint.rpartition(".")[2] == "static":
            return ()  # files; what hooks read beside them is caught up when they read it
        return tuple(self._description.replicas)

    def _answer(
        self, environ: Environ, endpoint: Optional[str], at_end: contextlib.ExitStack
    ) -> Tuple[Answer, Headers]:
        """Run the request, again if its first commit was refused; return what clients see too."""
        replay = Replay(environ)
        scope = self._scope(environ, self._tables(endpoint))
        until = time.monotonic() + PATIENCE
        pause, longest = PAUSES
        run = self._run(scope, replay)
        while replay.possible and run.may_succeed_again and time.monotonic() < until:
            self._metrics.retries.labels(run.refusals[-1].reason).inc()
            log.info("request runs again", extra={"refused": str(run.refusals[-1])})
            run.close()
            time.sleep(random.uniform(0, pause))  # noqa: S311 - no secret
            pause = min(2 * pause, longest)
            run = self._run(scope, replay)
        at_end.callback(run.close)
        if run.refusals:
            self._metrics.unavailable.labels(run.refusals[-1].reason).inc()
        return run.answer, self._told(environ, run.scope)

    def _run(self, scope: Callable[[], Any], replay: Replay) -> _Run:
        run = _Run(scope, replay.environ())
        run.of(self._app)
        return run

    def _scope(self, environ: Environ, tables: Tuple[str, ...]) -> Callable[[], Any]:
        """Return what opens a scope in which replicas are as fresh as this client may expect."""
        expected = seen.positions(environ, self._description.owners) if self._sessions else {}
        writes = environ["REQUEST_METHOD"] not in _READING

        @contextlib.contextmanager
        def open_scope() -> Iterator[Any]:
            with self._data.request(tables, writes=writes) as scope:
                if expected:
                    scope.wait_for(expected)
                yield scope

        return open_scope

    def _told(self, environ: Environ, scope: Any) -> Headers:
        """Return the headers about replicas: how stale they are, what the client has seen."""
        if scope is None:
            return []
        headers: Headers = []
        stale = sorted(scope.stale.items())
        if stale:
            ages = (f"{owner};age={_age(age)}" for owner, age in stale)
            headers.append(("X-Data-Stale", ", ".join(ages)))
        for owner, _ in stale:
            self._metrics.stale.labels(owner).inc()
        if self._sessions:
            headers += seen.headers(environ, scope.positions())
        return headers


class _Run:
    """One run of a request within a scope of the data plane."""

    def __init__(self, open_scope: Callable[[], Any], environ: Environ) -> None:
        self._open_scope = open_scope
        self._environ = environ
        self._end = contextlib.ExitStack()
        self.answer = Answer()
        self.scope: Any = None
        self.refusals: List[WriteRefused] = []

    def of(self, app: Any) -> None:
        """Let the application answer; what is refused and not handled becomes a 503."""
        self._environ[refusals.NOTE] = self.refusals
        try:
            self.scope = self._end.enter_context(self._open_scope())
            self._environ[refusals.SCOPE] = self.scope
            self._end.callback(self.answer.close)
            self.answer.of(app, self._environ)
        except Exception as error:
            refusal = refusals.find(error)
            if refusal is None:
                self.close()
                raise
            self.refusals.append(refusal)
            self.answer.replace(*refusals.answer(self._environ, refusal))

    @property
    def may_succeed_again(self) -> bool:
        """Whether a write was refused, by what may be otherwise next time, before any commit."""
        return bool(
            self.refusals
            and self.refusals[-1].worth_retrying
            and self.scope is not None
            and not self.scope.committed
        )

    def close(self) -> None:
        """End the response, then the scope."""
        self._end.close()


class _Record:
    """What is told of a request when it has ended."""

    def __init__(self, environ: Environ, endpoint: Optional[str], metrics: Metrics) -> None:
        self.status = "500"
        self._method = str(environ.get("REQUEST_METHOD", ""))
        self._path = str(environ.get("PATH_INFO", ""))
        self._endpoint = endpoint
        self._metrics = metrics
        self._started = time.monotonic()
        metrics.in_progress.inc()

    def end(self) -> None:
        """Count the answer, and write the line of the access log."""
        seconds = time.monotonic() - self._started
        self._metrics.in_progress.dec()
        self._metrics.answered(self._endpoint, self._method, self.status, seconds)
        facts = {
            "method": self._method,
            "path": self._path,
            "status": int(self.status),
            "endpoint": self._endpoint,
            "ms": round(seconds * 1000, 1),
        }
        access.info("%s %s %s", self._method, self._path, self.status, extra=facts)


def _add(headers: Headers, more: Headers) -> None:
    """Add headers, except those that the application set itself."""
    present = {name.lower() for name, _ in headers} - {"set-cookie"}
    headers += [(name, value) for name, value in more if name.lower() not in present]


def _age(age: Optional[float]) -> str:
    return "unknown" if age is None else f"{age:.1f}"

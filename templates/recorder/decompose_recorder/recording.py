"""Records each request: the state before it, what it asked and got, and all that it did."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any, Dict, Iterable, Optional

from decompose_recorder import configuration, messages, moment, sqlite, wsgi
from decompose_recorder.definitions import Definitions
from decompose_recorder.keeping import kept
from decompose_recorder.postgres_drivers import Drivers
from decompose_recorder.replacing import Replacing
from decompose_recorder.state import State, changes, encoded
from decompose_recorder.statements import Statements
from decompose_recorder.tape import Tape


class Recorder:
    """Records the requests of this process one after the other."""

    def __init__(self, tape: Tape, root: str) -> None:
        self._tape = tape
        self._turn = threading.Lock()
        self._opened: Optional[bool] = None
        self._root = root
        self._definitions = Definitions(root)
        self._replacing = Replacing()
        self._statements: Optional[Statements] = None
        self._messages: Any = []
        self._database: Any = None
        self._watched: Dict[str, sqlite.Watched] = {}
        self._told: State = {}
        self._schema: Any = None
        self._config: Any = None
        self._before: Any = None
        self._at_work = False
        self.steps = 0
        self.answering = self.recording = 0.0

    def install(self) -> None:
        """Hook the application's libraries as they are imported."""
        sqlite.watch(self._connected)
        Drivers(self._use, self._ran).install()
        messages.watch(self._heard)
        self._replacing.install()
        wsgi.surround(self.request)

    def finish(self) -> None:
        """Write what the recording cost, and what is left; without this line it was cut off."""
        if self._opened:
            self._tape.write(
                "end",
                steps=self.steps,
                answering=round(self.answering, 3),
                recording=round(self.recording, 3),
                kept=kept(self._root),
            )

    def request(
        self, call: Any, app: Any, environ: Dict[str, Any], start_response: Any
    ) -> Iterable[bytes]:
        """Answer a request by `call`, and record it."""
        with self._turn:
            if self._opened is None:
                self._opened = self._tape.open()
                if not self._opened:
                    sys.stderr.write("decompose: another process records; this one does not\n")
            recorded = self._opened and not self._tape.full
            answer = self._record if recorded else _plainly
            answered: Iterable[bytes] = answer(call, app, environ, start_response)
            return answered

    def _record(self, call: Any, app: Any, environ: Dict[str, Any], start_response: Any) -> Any:
        began = time.perf_counter()
        when = moment.Moment(time.time(), moment.new_seed())
        asked = _asked(environ)
        self._tell_config(app)
        self._before = None
        if self._database is not None:
            self._take_state()
        self._statements, self._messages = Statements(), []
        answer, raised, body = wsgi.Answer(), None, b""
        self._definitions.begin()
        called = time.perf_counter()
        try:
            with moment.at(when):
                body = answer.read(call(app, environ, answer.start_response))
        except BaseException as error:
            raised = type(error).__name__
            raise
        finally:
            ended = time.perf_counter()
            self._note(app, environ, when, asked, answer, body, raised)
            self.answering += ended - called
            self.recording += time.perf_counter() - ended + called - began
        return answer.send(body, start_response)

    def _note(
        self,
        app: Any,
        environ: Dict[str, Any],
        when: moment.Moment,
        asked: Dict[str, Any],
        answer: wsgi.Answer,
        body: bytes,
        raised: Optional[str],
    ) -> None:
        definitions = self._definitions.end()
        statements, self._statements = self._statements, None
        rows = self._rows_changed()
        self.steps += 1
        self._tape.write(
            "request",
            step=self.steps,
            now=when.now,
            seed=when.seed,
            **asked,
            endpoint=_endpoint(app, environ),
            status=int(answer.status.partition(" ")[0] or 0),
            answer_headers=[[name.lower(), value] for name, value in answer.headers],
            answer=_text(body),
            raised=raised,
            rows=rows,
            statements=statements.told() if statements else [],
            definitions=definitions,
            messages=self._messages,
            replaced=self._replacing.names(),
        )

    # What the hooks tell

    def _connected(self, connection: Any, path: str) -> None:
        watched = self._watched.get(path) if path else None
        if watched is None:
            watched = sqlite.Watched(path, connection)
            if path:
                self._watched[path] = watched
        self._use(watched)
        sqlite.statements(connection, lambda sql: self._ran(watched, sql))

    def _ran(self, watched: Any, sql: str) -> None:
        if self._at_work:
            return
        self._use(watched)
        if self._statements is not None:
            self._statements.heard(sql)

    def _use(self, watched: Any) -> None:
        """The application uses this database; the first time in a request, its state is taken."""
        other = watched is not self._database
        self._database = watched
        if self._statements is not None and (other or self._before is None):
            self._take_state()

    def _heard(self, kind: str, name: str) -> None:
        if self._statements is not None:
            self._messages.append([kind, name])

    # State

    def _take_state(self) -> None:
        """Tell what has changed since the last request ended: nobody asked for it over HTTP."""
        database = self._refreshed()
        self._tell_schema(database)
        self._before = database.state
        found = changes(self._told, database.state)
        if found:
            self._tape.write("state", changes=found)
        self._told = database.state

    def _rows_changed(self) -> Any:
        if self._database is None or self._before is None:
            return []
        database = self._refreshed()
        self._tell_schema(database)
        found = changes(self._before, database.state)
        self._told = database.state
        return found

    def _refreshed(self) -> Any:
        self._at_work = True
        try:
            self._database.refresh()
        finally:
            self._at_work = False
        return self._database

    def _tell_schema(self, database: Any) -> None:
        if database.schema != self._schema:
            self._schema = database.schema
            self._tape.write(
                "schema", dialect=database.dialect, tables=database.shape, sql=database.schema
            )

    def _tell_config(self, app: Any) -> None:
        config = configuration.described(app.config)
        if config != self._config:
            self._config = config
            rules = sorted({rule.endpoint for rule in app.url_map.iter_rules()})
            self._tape.write("application", config=config, endpoints=rules)


def _plainly(call: Any, app: Any, environ: Dict[str, Any], start_response: Any) -> Any:
    return call(app, environ, start_response)


def _asked(environ: Dict[str, Any]) -> Dict[str, Any]:
    return {
        "method": environ["REQUEST_METHOD"],
        "target": wsgi.target(environ),
        "scheme": environ.get("wsgi.url_scheme", "http"),
        "headers": wsgi.headers(environ),
        "body": _text(wsgi.request_body(environ)),
    }


def _text(body: bytes) -> Any:
    """Return a body as text where it is text."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return encoded((body,))[0]


def _endpoint(app: Any, environ: Dict[str, Any]) -> Optional[str]:
    """Return the endpoint that the application's rules give, None where there is no such page."""
    try:
        adapter = app.create_url_adapter(app.request_class(environ))
        return str(adapter.match()[0])
    except Exception:  # no rule, or a redirect: werkzeug says both by exceptions
        return None

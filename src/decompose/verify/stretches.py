"""Cuts a tape into stretches whose sessions can be played at the same time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from decompose.verify.outcomes import References
from decompose.verify.rows import SEQUENCES, State, apply_changes
from decompose.verify.tape import Request, Shape, read_events
from decompose.verify.tape import State as StateEvent
from decompose.verify.values import Row, from_tape

Cookies = dict[str, str]
_ANYBODY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Requests that start from the same recorded rows, by session; each session keeps its order."""

    before: State
    sessions: tuple[tuple[Request, ...], ...]

    @property
    def requests(self) -> tuple[Request, ...]:
        """All of its requests, as they were recorded one after the other."""
        requests = (request for session in self.sessions for request in session)
        return tuple(sorted(requests, key=lambda request: request.step))

    def times(self, clients: int) -> int:
        """How often each session is played, so that every client has one."""
        return -(-clients // len(self.sessions))


def stretches(path: Path, shapes: dict[str, Shape], pointing: References) -> Iterator[Stretch]:
    """The stretches of a tape, as long as can be.

    One ends where rows changed without a request, and before a request that changed, or made
    another row point at, a row that the stretch made: its number would depend on who came first.
    """
    state: State = {}
    before: State = {}
    taken: list[Request] = []
    made: set[tuple[str, Row]] = set()
    for event in read_events(path):
        if isinstance(event, Request):
            if made & set(_touched(event, shapes, pointing)):
                yield Stretch(before=before, sessions=_sessions(taken))
                taken.clear()
            if not taken:
                before = {table: dict(rows) for table, rows in state.items()}
                made.clear()
            taken.append(event)
            made.update(_new(event, state))
            apply_changes(state, event.rows)
        elif isinstance(event, StateEvent):
            if taken:
                yield Stretch(before=before, sessions=_sessions(taken))
                taken.clear()
            made.clear()
            apply_changes(state, event.changes)
    if taken:
        yield Stretch(before=before, sessions=_sessions(taken))


def _new(request: Request, state: State) -> Iterator[tuple[str, Row]]:
    for table, key, row in request.rows:
        if row is not None and table not in SEQUENCES:
            place = from_tape(key)
            if place not in state.get(table, {}):
                yield table, place


def _touched(
    request: Request, shapes: dict[str, Shape], pointing: References
) -> Iterator[tuple[str, Row]]:
    """The rows that a request changed, and those that what it wrote points at."""
    for table, key, row in request.rows:
        if table in SEQUENCES:
            continue
        yield table, from_tape(key)
        for column, cell in zip(shapes[table].columns, from_tape(row or []), strict=False):
            if (table, column) in pointing:
                yield pointing[table, column], (cell,)


def _sessions(taken: list[Request]) -> tuple[tuple[Request, ...], ...]:
    """The requests of each client: who sends a cookie or credentials that one got or sent before.

    Who sends none and gets none is anybody; anybody's requests stay in their order too.
    """
    holder: dict[str, int] = {}
    sessions: dict[int, list[Request]] = {}
    for number, request in enumerate(taken, 1):
        sent, got = _marks(request), _pairs(set_cookies(request.answer_headers))
        fresh = number if sent or got else _ANYBODY
        session = next((holder[mark] for mark in sent if mark in holder), fresh)
        holder.update(dict.fromkeys([*sent, *got], session))
        sessions.setdefault(session, []).append(request)
    return tuple(map(tuple, sessions.values()))


def _marks(request: Request) -> list[str]:
    return [
        *_pairs(sent_cookies(request)),
        *(value for name, value in request.headers if name == "authorization"),
    ]


def _pairs(cookies: Cookies) -> list[str]:
    return [f"{name}={value}" for name, value in sorted(cookies.items())]


def sent_cookies(request: Request) -> Cookies:
    """The cookies that a request sends."""
    sent: Cookies = {}
    for name, value in request.headers:
        if name == "cookie":
            sent.update(_read(value))
    return sent


def set_cookies(headers: tuple[tuple[str, str], ...]) -> Cookies:
    """The cookies that an answer sets."""
    found: Cookies = {}
    for name, value in headers:
        if name == "set-cookie":
            found.update(_read(value.partition(";")[0]))
    return found


def _read(header: str) -> Cookies:
    try:
        return {name: morsel.coded_value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}

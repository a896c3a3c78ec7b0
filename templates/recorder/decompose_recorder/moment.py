"""Time and random values of a request: those of the recording, on every side that replays it.

While a request is answered its thread sees one moment, and random bytes that follow from a seed.
So the monolith and the split give the same tokens, salts and times, and answers can be compared
to the byte. Other threads, and the services' own kit, keep the real clock and real randomness.
"""

from __future__ import annotations

import base64
import contextlib
import datetime
import gc
import hashlib
import os
import random
import sys
import time
from contextvars import ContextVar
from ctypes import py_object, pythonapi
from types import MethodType
from typing import Any, Callable, Iterator

from decompose_recorder.imports import after_import

_KIT = "servicekit"
_BETWEEN = {"http", "itsdangerous", "logging", "random", "secrets", "urllib3", "uuid"}
"""Libraries by which the kit comes to the clock or to random bytes: whoever called them counts."""
_BCRYPT_DIGITS = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./",
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)
_urandom = os.urandom
_time, _time_ns = time.time, time.time_ns


class Moment:
    """The time of a request (seconds since 1970), and where its random bytes come from."""

    def __init__(self, now: float, seed: str) -> None:
        self.now = now
        self.seed = seed
        self._count = 0

    def bytes(self, size: int) -> bytes:
        """Return the next `size` random bytes."""
        found = b""
        while len(found) < size:
            self._count += 1
            found += hashlib.sha256(f"{self.seed}:{self._count}".encode()).digest()
        return found[:size]


_current: ContextVar[Moment | None] = ContextVar("decompose_moment", default=None)


@contextlib.contextmanager
def at(moment: Moment) -> Iterator[None]:
    """Let the block see this moment."""
    token = _current.set(moment)
    state = random.getstate()
    random.seed(moment.seed)
    try:
        yield
    finally:
        random.setstate(state)
        _current.reset(token)


def new_seed() -> str:
    """Return a seed that nobody can foresee."""
    return _urandom(8).hex()


def real_time() -> float:
    """Return the time of this machine."""
    return _time()


def _seen() -> Moment | None:
    """Return the moment that the caller is to see: none outside of a request, none for the kit."""
    moment = _current.get()
    if moment is None:
        return None
    frame: Any = sys._getframe(2)
    name = _module(frame)
    while name in _BETWEEN and frame.f_back is not None:
        frame = frame.f_back
        name = _module(frame)
    return None if name == _KIT else moment


def _module(frame: Any) -> str:
    name: str = frame.f_globals.get("__name__") or ""
    return name.partition(".")[0]


def install() -> None:
    """Put the moment before the clock and the source of random bytes of this process.

    What takes the place of a function written in C is a bound method, since a class may keep such
    a function as an attribute, and a plain one would be given the instance there.
    """
    os.urandom = random._urandom = MethodType(_bytes, _urandom)  # type: ignore[attr-defined]
    time.time = MethodType(_seconds, _time)
    time.time_ns = MethodType(_nanoseconds, _time_ns)
    for name in ("localtime", "gmtime", "ctime"):
        setattr(time, name, MethodType(_of_seconds, getattr(time, name)))
    time.asctime = MethodType(_as_text, time.asctime)
    time.strftime = MethodType(_formatted, time.strftime)
    after_import("bcrypt", _salt_by_moment)
    _replace(datetime.datetime, now=_now, utcnow=_utcnow, today=_today)
    _replace(datetime.date, today=_date_today)


def _bytes(original: Callable[[int], bytes], size: int) -> bytes:
    moment = _seen()
    return original(size) if moment is None else moment.bytes(size)


def _seconds(original: Callable[[], float]) -> float:
    moment = _seen()
    return original() if moment is None else moment.now


def _nanoseconds(original: Callable[[], int]) -> int:
    moment = _seen()
    return original() if moment is None else int(moment.now * 1e9)


def _salt_by_moment(bcrypt: Any) -> None:
    """Take the salts of bcrypt, whose compiled code has a source of its own, from the moment."""
    bcrypt.gensalt = MethodType(_salt, bcrypt.gensalt)


def _salt(original: Callable[..., bytes], rounds: int = 12, prefix: bytes = b"2b") -> bytes:
    moment = _seen()
    if moment is None:
        return original(rounds, prefix)
    text = base64.b64encode(moment.bytes(16), b"./").rstrip(b"=")
    return b"$%s$%02d$%s" % (prefix, rounds, text.translate(_BCRYPT_DIGITS))


def _of_seconds(original: Callable[..., Any], seconds: Any = None) -> Any:
    moment = _seen() if seconds is None else None
    return original(seconds if moment is None else moment.now)


def _as_text(original: Callable[..., Any], *when: Any) -> Any:
    moment = None if when else _seen()
    return original(*when) if moment is None else original(time.localtime(moment.now))


def _formatted(original: Callable[..., Any], form: str, *when: Any) -> Any:
    moment = None if when else _seen()
    return original(form, *when if moment is None else (time.localtime(moment.now),))


def _now(kind: Any, tz: Any = None) -> Any:
    moment = _seen()
    return kind.fromtimestamp(_time() if moment is None else moment.now, tz)


def _utcnow(kind: Any) -> Any:
    moment = _seen()
    now = _time() if moment is None else moment.now
    return kind.fromtimestamp(now, datetime.timezone.utc).replace(tzinfo=None)


def _today(kind: Any) -> Any:
    moment = _seen()
    return kind.fromtimestamp(_time() if moment is None else moment.now)


_date_today = _today


def _replace(kind: type, **methods: Callable[..., Any]) -> None:
    """Replace class methods of a type that is written in C; its instances stay what they are."""
    namespace = gc.get_referents(kind.__dict__)[0]
    for name, method in methods.items():
        namespace[name] = classmethod(method)
    pythonapi.PyType_Modified(py_object(kind))

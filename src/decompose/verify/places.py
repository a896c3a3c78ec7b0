"""An answer as a flat list of places and what stands there, so that two can be compared."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from decompose.verify.html import html_places

Places = dict[str, str]

NOT_COMPARED = frozenset(
    {
        "connection",
        "content-length",
        "date",
        "keep-alive",
        "server",
        "traceparent",
        "transfer-encoding",
        "x-decompose-moment",
        "x-request-id",
    }
)
"""Headers of one connection, of one server, of the gateway, or of the replay."""

_SETS = frozenset({"allow", "vary"})
_LISTED = re.compile(r"\s*,\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a side answered; header names are in lower case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, or nothing."""
        return next((value for key, value in self.headers if key == name), "")


def answer_places(answer: Answer) -> Places:
    """Everything in an answer that matters, by place."""
    found = {"status": str(answer.status)}
    for name, value in _numbered(_headers(answer)):
        found[f"header {name}"] = value
    for name, value in _numbered(_cookies(answer)):
        found[f"cookie {name}"] = value
    for name, value in body_places(answer.header("content-type"), answer.body):
        found[f"body {name}"] = value
    return found


def _numbered(pairs: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The pairs, with a number at a name that came before."""
    count: Counter[str] = Counter()
    for name, value in pairs:
        count[name] += 1
        yield (name if count[name] == 1 else f"{name} ({count[name]})"), value


def _headers(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, value in answer.headers:
        if name in _SETS:
            yield name, ", ".join(sorted(_LISTED.split(value.strip().lower())))
        elif name not in NOT_COMPARED and name != "set-cookie":
            yield name, value


def _cookies(answer: Answer) -> Iterator[tuple[str, str]]:
    for name, value in answer.headers:
        if name == "set-cookie":
            yield from _cookie(value)


def _cookie(header: str) -> Iterator[tuple[str, str]]:
    """A cookie's value, what it means if it is a signed session, and its attributes."""
    first, *attributes = (part.strip() for part in header.split(";"))
    name, _, value = first.partition("=")
    yield name, value
    meaning = _session(value)
    if meaning is not None:
        for place, inner in _json_places("$", meaning):
            yield f"{name} {place}", inner
    for attribute in sorted(attributes, key=str.lower):
        key, _, text = attribute.partition("=")
        yield f"{name}; {key.lower()}", text


def _session(value: str) -> object | None:
    """The content of a cookie as itsdangerous signs it, None where it is none."""
    packed = value.startswith(".")
    payload, *rest = value.removeprefix(".").split(".")
    if len(rest) != 2:  # noqa: PLR2004 - its time and its signature
        return None
    try:
        data = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        meaning: object = json.loads(zlib.decompress(data) if packed else data)
    except (binascii.Error, ValueError, zlib.error):
        return None
    return meaning


def body_places(content_type: str, body: bytes) -> Iterator[tuple[str, str]]:
    """JSON by value, HTML by structure, other text by line, anything else by its bytes."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return
    try:
        text = body.decode()
    except UnicodeDecodeError:
        yield "bytes", f"{len(body)} bytes, sha256 {sha256(body).hexdigest()}"
        return
    if kind == "application/json" or kind.endswith("+json"):
        try:
            yield from _json_places("$", json.loads(text))
            return
        except ValueError:
            yield "json", "not JSON"
    if kind in ("text/html", "application/xhtml+xml"):
        yield from html_places(text)
        return
    for number, line in enumerate(text.split("\n"), 1):
        yield f"line {number}", line


def _json_places(place: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        yield place, "{}"
        for key, inner in value.items():
            yield from _json_places(f"{place}.{json.dumps(key)[1:-1]}", inner)
    elif isinstance(value, list):
        yield place, f"[{len(value)}]"
        for number, inner in enumerate(value):
            yield from _json_places(f"{place}[{number}]", inner)
    else:
        yield place, json.dumps(value, ensure_ascii=False)


def general(place: str) -> str:
    """A place with its numbers left out: the same field of any item, the same column of any row."""
    return re.sub(r"\[[^\]]*\]", "[]", place)

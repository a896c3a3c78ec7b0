"""Answers made of several services' answers, asked for at the same time."""

from __future__ import annotations

import json
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from typing import Any, Mapping
from urllib.parse import quote

from flask import Response

from gateway.forward import Forwarder
from gateway.refusal import Refusal
from gateway.table import Composition, Part
from gateway.transport import Outgoing

_THREADS = 64
_LARGEST = 16 * 1024 * 1024
_ERROR = 400
_NOT_PASSED_ON = {
    "accept",
    "accept-encoding",
    "content-type",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "range",
}


class PartError(Exception):
    """Why a part has no value: the status it was answered with, and a word."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Composer:
    """Answers compositions. Cookies that parts set are dropped: a composition only reads."""

    def __init__(self, forwarder: Forwarder) -> None:
        self._forwarder = forwarder
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="composition")

    def answer(
        self,
        composition: Composition,
        values: Mapping[str, Any],
        query: str,
        headers: Mapping[str, str],
    ) -> Response:
        """Ask for all parts at once and merge what came until the deadline."""
        until = time.monotonic() + composition.deadline
        passed = {k: v for k, v in headers.items() if k.lower() not in _NOT_PASSED_ON}
        passed["Accept"] = "application/json"
        asked = {
            part.name: self._pool.submit(
                self._ask,
                part.service,
                Outgoing("GET", _target(part, values, query), passed),
                until,
            )
            for part in composition.parts
        }
        found: dict[str, object] = {}
        failed: dict[str, PartError] = {}
        for name, future in asked.items():
            try:
                found[name] = _result(future, until)
            except PartError as failure:
                failed[name] = failure
        return _merged(composition, found, failed)

    def _ask(self, service: str, outgoing: Outgoing, until: float) -> object:
        left = until - time.monotonic()
        if left <= 0:
            raise PartError(504, "deadline")
        try:
            answer = self._forwarder.send(service, outgoing, within=left)
        except Refusal as refusal:
            raise PartError(refusal.status, refusal.reason) from refusal
        try:
            return _parsed(answer, until)
        finally:
            answer.close()


def _target(part: Part, values: Mapping[str, Any], query: str) -> str:
    path = part.path
    for name, value in values.items():
        path = path.replace("{" + name + "}", quote(str(value), safe=""))
    return path + "?" + query if query and "?" not in path else path


def _parsed(answer: Any, until: float) -> object:
    if answer.status >= _ERROR:
        raise PartError(answer.status, "status")
    data = bytearray()
    for piece in answer:
        data += piece
        if time.monotonic() > until:
            raise PartError(504, "deadline")
        if len(data) > _LARGEST:
            raise PartError(502, "too_large")
    try:
        return json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise PartError(502, "not_json") from error


def _result(future: Future[object], until: float) -> object:
    try:
        return future.result(max(0.0, until - time.monotonic()))
    except TooLate:
        future.cancel()
        raise PartError(504, "deadline") from None
    except PartError:
        raise
    except Exception as error:
        raise PartError(502, "broken") from error


def _merged(
    composition: Composition, found: dict[str, object], failed: dict[str, PartError]
) -> Response:
    reasons = {
        name: {"status": failure.status, "reason": failure.reason}
        for name, failure in failed.items()
    }
    if failed and composition.partial == "fail":
        sentence = "No answer from: {}.".format(", ".join(failed))
        raise Refusal(_status(failed), "composition", sentence, facts={"parts": reasons})
    if composition.partial == "null":
        found.update(dict.fromkeys(failed))
    merged = {part.name: found[part.name] for part in composition.parts if part.name in found}
    response = Response(json.dumps(merged) + "\n", mimetype="application/json")
    if failed:
        response.headers["X-Partial"] = ", ".join(failed)
    return response


def _status(failed: Mapping[str, PartError]) -> int:
    """Return what the client is told: what all parts say if that is its own fault."""
    statuses = {failure.status for failure in failed.values()}
    if len(statuses) == 1 and next(iter(statuses)) < 500:  # noqa: PLR2004
        return next(iter(statuses))
    return 504 if 504 in statuses else 502  # noqa: PLR2004

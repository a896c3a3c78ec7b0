"""Answers that the gateway gives itself, since no service can."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from flask import Request, Response, json

_PAGE = """<!doctype html>
<html lang=en>
<title>{status} {phrase}</title>
<h1>{phrase}</h1>
<p>{message}</p>
<p>Request: {request_id}</p>
"""


class Refusal(Exception):
    """Why a request can't be answered: an HTTP status, a word for programs, and a sentence."""

    def __init__(
        self,
        status: int,
        reason: str,
        message: str,
        *,
        service: str = "",
        retry_after: float = 0.0,
        facts: dict[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.message = message
        self.service = service
        self.retry_after = retry_after
        self.facts = facts or {}

    def response(self, request: Request, request_id: str) -> Response:
        """Return it as a page for people who read pages, else as JSON."""
        accepted = request.accept_mimetypes
        wants_page = self.reason != "websocket" and "text/html" in accepted.values()
        response = self._page(request_id) if wants_page else self._json(request_id)
        response.headers["X-Gateway-Error"] = self.reason
        if self.retry_after:
            response.headers["Retry-After"] = str(max(1, round(self.retry_after)))
        return response

    def _page(self, request_id: str) -> Response:
        page = _PAGE.format(
            status=self.status,
            phrase=escape(HTTPStatus(self.status).phrase),
            message=escape(self.message),
            request_id=escape(request_id),
        )
        return Response(page, self.status, mimetype="text/html")

    def _json(self, request_id: str) -> Response:
        facts: dict[str, object] = {
            "error": self.reason,
            "message": self.message,
            "status": self.status,
            "request_id": request_id,
            **({"service": self.service} if self.service else {}),
            **self.facts,
        }
        return Response(json.dumps(facts) + "\n", self.status, mimetype="application/json")

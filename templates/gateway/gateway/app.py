"""The Flask application: every request is matched, forwarded, and its answer relayed."""

from __future__ import annotations

from typing import Any

from flask import Flask, Response, request
from werkzeug.routing import Map

from gateway import log
from gateway.bodies import Answer, ClientError, Relayed, RequestBody
from gateway.compose import Composer
from gateway.exchange import Exchange
from gateway.forward import Forwarder
from gateway.headers import request_headers, response_headers
from gateway.kept import Kept
from gateway.matching import Decision, Matcher
from gateway.metrics import Metrics
from gateway.refusal import Refusal
from gateway.reload import current_table
from gateway.settings import Settings
from gateway.shadow import KEEP, Shadow
from gateway.table import Table
from gateway.transport import Outgoing


class Gateway(Flask):
    """A Flask application whose routes are those of a routing table."""

    def __init__(self, table: Table, settings: Settings) -> None:
        super().__init__("gateway", static_folder=None)
        self.metrics = Metrics()
        self.forwarder = Forwarder(table, settings, self.metrics)
        self._nothing = Map().bind("gateway")
        self._matcher = Matcher(table)
        self._composer = Composer(self.forwarder)
        kept = Kept(settings.shadow_file) if settings.shadow_file else None
        self._shadow = Shadow(self.forwarder, self.metrics, table.shadow_unsafe, kept)
        self._trusted_proxies = settings.trusted_proxies

    def create_url_adapter(self, request: Any) -> Any:
        """Match nothing: that is left to the routing table."""
        return self._nothing

    def dispatch_request(self) -> Any:
        """Answer the current request."""
        exchange = Exchange(request.environ)
        try:
            response = self._answer(exchange)
        except Refusal as refusal:
            response = self._refuse(exchange, refusal)
        except ClientError as failure:
            response = self._refuse(exchange, _client_refusal(failure))
        response.headers.setdefault("X-Request-ID", exchange.request_id)
        return response

    def _answer(self, exchange: Exchange) -> Response:
        if "websocket" in request.headers.get("Upgrade", "").lower():
            raise Refusal(501, "websocket", "WebSocket connections are not supported.")
        headers = request_headers(exchange, self._trusted_proxies)
        composition = self._matcher.composition(exchange.path, exchange.method)
        if composition:
            return self._compose(exchange, headers, *composition)
        if self._matcher.is_internal(exchange.path):
            raise Refusal(404, "not_found", "There is nothing here.")
        decision = self._matcher.decide(exchange.path, exchange.method)
        return self._forward(exchange, headers, decision)

    def _forward(self, exchange: Exchange, headers: dict[str, str], decision: Decision) -> Response:
        shadowed = self._shadow.wants(decision.route, exchange.method)
        body = RequestBody.of(exchange.environ, KEEP if shadowed else 0)
        outgoing = _outgoing(exchange, headers, body)
        exchange.service = decision.answered_by
        answer = self.forwarder.send(decision.answered_by, outgoing)
        exchange.instance = answer.instance.address
        exchange.attempts = answer.attempts
        exchange.status = answer.status
        relayed: Any = answer
        if shadowed and decision.route:
            relayed = self._shadow.watch(decision.route, outgoing, body, answer)
        answer.closed.append(lambda: self._ended(exchange, answer))
        response = Relayed(
            relayed,
            status=answer.phrase,
            headers=response_headers(answer.pairs),
            direct_passthrough=True,
        )
        if decision.allow and "Allow" in response.headers:
            response.headers["Allow"] = ", ".join(sorted(decision.allow))
        return response

    def _compose(
        self, exchange: Exchange, headers: dict[str, str], composition: Any, values: Any
    ) -> Response:
        exchange.service = "composition"
        query = request.environ.get("QUERY_STRING", "")
        response = self._composer.answer(composition, values, query, headers)
        exchange.status = response.status_code
        self._log(exchange, len(response.get_data()), complete=True)
        return response

    def _refuse(self, exchange: Exchange, refusal: Refusal) -> Response:
        exchange.status = refusal.status
        exchange.reason = refusal.reason
        response = refusal.response(request, exchange.request_id)
        self._log(exchange, len(response.get_data()), complete=True)
        return response

    def _ended(self, exchange: Exchange, answer: Answer) -> None:
        self._log(exchange, answer.sent, answer.complete)

    def _log(self, exchange: Exchange, sent: int, complete: bool) -> None:
        self.metrics.answered(exchange)
        log.access(exchange.facts(sent, complete))


def create_app() -> Gateway:
    """Return the gateway that the environment describes."""
    settings = Settings.from_environment()
    log.set_up(settings.log_level)
    return Gateway(current_table(settings.routing_file), settings)


def _outgoing(exchange: Exchange, headers: dict[str, str], body: RequestBody | None) -> Outgoing:
    if body is not None and body.length is not None:
        headers = {**headers, "Content-Length": str(body.length)}
    chunked = body is not None and body.length is None
    return Outgoing(exchange.method, exchange.target, headers, body, chunked)


def _client_refusal(failure: ClientError) -> Refusal:
    if failure.too_slow:
        return Refusal(408, "client_too_slow", "The request's body did not arrive in time.")
    return Refusal(400, "client_body", "The request's body ended too early or is malformed.")

"""Sending a request to a service: which instance, how often, and what a failure means."""

from __future__ import annotations

from typing import Any

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
)

from gateway.balance import Group, Instance
from gateway.bodies import Answer
from gateway.metrics import Metrics
from gateway.refusal import Refusal
from gateway.settings import Settings
from gateway.table import Table
from gateway.transport import Outgoing, send


class Forwarder:
    """Sends requests to the services of a table; used by many threads at once."""

    def __init__(self, table: Table, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self.groups = {
            name: Group(name, [Instance(address, settings) for address in addresses], table.balance)
            for name, addresses in table.instances.items()
        }

    def send(self, service: str, outgoing: Outgoing, within: float | None = None) -> Answer:
        """Return the answer of one of the service's instances, or raise `Refusal`.

        Another instance is asked if no connection came about, since then nothing was sent; and if
        a connection broke before an answer's body, if the request does no harm when repeated.
        Who was too slow is not asked again. `within` bounds the wait in seconds.
        """
        group = self.groups[service]
        attempts = _Attempts(group)
        for attempt in range(1 + self._settings.retries):
            instance = group.choose(attempts.failed, attempts.dead)
            if instance is None:
                break
            try:
                answer = self._ask(instance, outgoing, within)
            except HTTPError as error:
                instance.breaker.failed()
                attempts.note(instance, error)
                self._metrics.failed(service, attempts.reason)
                if not attempts.may_go_on(outgoing):
                    break
            else:
                answer.attempts += attempt
                return answer
        raise attempts.refusal()

    def _ask(self, instance: Instance, outgoing: Outgoing, within: float | None) -> Answer:
        connect, read = self._settings.connect_timeout, self._settings.read_timeout
        if within is not None:
            connect, read = min(connect, within), min(read, within)
        instance.begin()
        try:
            response: Any = send(
                instance.pool, outgoing, urllib3.Timeout(connect=connect, read=read)
            )
            answer = Answer(outgoing.method, instance, response)
        except BaseException:
            instance.end()
            raise
        instance.breaker.succeeded()
        answer.closed.append(instance.end)
        return answer


class _Attempts:
    """What went wrong so far with one request."""

    def __init__(self, group: Group) -> None:
        self._group = group
        self.failed: set[Instance] = set()
        self.dead: set[Instance] = set()
        self.reason = "held_back"

    def note(self, instance: Instance, error: HTTPError) -> None:
        """Keep why an attempt failed."""
        if isinstance(error, (NewConnectionError, ConnectTimeoutError)):
            refused = isinstance(error, NewConnectionError)
            self.reason = "unreachable" if refused else "connect_timeout"
            self.dead.add(instance)
        else:
            self.reason = "timeout" if isinstance(error, ReadTimeoutError) else "broken"
            self.failed.add(instance)

    def may_go_on(self, outgoing: Outgoing) -> bool:
        """Whether the request may be sent once more."""
        if self.reason in ("unreachable", "connect_timeout"):
            return True
        return self.reason == "broken" and outgoing.repeatable

    def refusal(self) -> Refusal:
        """Return what the client is told."""
        status, sentence = _SENTENCES[self.reason]
        name = self._group.name
        wait = self._group.wait if self.reason == "held_back" else 0.0
        return Refusal(status, self.reason, sentence.format(name), service=name, retry_after=wait)


_SENTENCES = {
    "held_back": (503, "The service {} failed repeatedly and is given a pause."),
    "unreachable": (502, "The service {} can't be reached."),
    "connect_timeout": (504, "The service {} can't be reached in time."),
    "timeout": (504, "The service {} did not answer in time."),
    "broken": (502, "The service {} ended the connection without an answer."),
}

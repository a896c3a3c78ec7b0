"""What the gateway counts, in Prometheus's format."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from gateway.exchange import Exchange

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


class Metrics:
    """The gateway's counters, of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "gateway_requests",
            "Requests answered",
            ["service", "method", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "gateway_request_seconds",
            "From a request's headers to the last byte of its answer",
            ["service"],
            registry=registry,
        )
        self._failures = Counter(
            "gateway_upstream_failures",
            "Attempts that failed",
            ["service", "reason"],
            registry=registry,
        )
        self._shadows = Counter(
            "gateway_shadow", "Answers compared", ["endpoint", "result"], registry=registry
        )
        self._held_back = Gauge(
            "gateway_instance_held_back",
            "Whether an instance is left out",
            ["service", "instance"],
            registry=registry,
        )

    def answered(self, exchange: Exchange) -> None:
        """Count a request that has ended."""
        method = exchange.method if exchange.method in _METHODS else "other"
        self._requests.labels(exchange.service, method, exchange.status).inc()
        self._seconds.labels(exchange.service).observe(exchange.seconds)

    def failed(self, service: str, reason: str) -> None:
        """Count an attempt that failed."""
        self._failures.labels(service, reason).inc()

    def compared(self, endpoint: str, result: str) -> None:
        """Count a comparison of the monolith's answer with a service's."""
        self._shadows.labels(endpoint, result).inc()

    def held_back(self, service: str, instance: str, is_open: bool) -> None:
        """Note whether an instance is left out."""
        self._held_back.labels(service, instance).set(is_open)

    def text(self) -> bytes:
        """Return everything as Prometheus reads it."""
        return generate_latest(self._registry)

"""Logs as JSON lines, and the numbers that a service tells of itself."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from typing import Any, Callable, Dict, Iterable, Mapping, Optional

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily

from servicekit import tracing
from servicekit.events import Events

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))

log = logging.getLogger("servicekit")


class JsonFormatter(logging.Formatter):
    """One line of JSON per record, with the ids of the work it belongs to."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line of JSON."""
        entry: Dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "service": self._service,
            "message": record.getMessage(),
        }
        trace = tracing.current()
        if trace:
            entry.update(
                request_id=trace.request_id, trace_id=trace.trace_id, span_id=trace.span_id
            )
        entry.update((k, v) for k, v in vars(record).items() if k not in _STANDARD)
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, default=str, ensure_ascii=False)


def configure_logging(service: str, level: str) -> None:
    """Send all of the process's log records to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


class Metrics:
    """A service's counters and timings, in a registry of its own beside the application's."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "Answers", "endpoint", "method", "status")
        self.seconds = self._timing("request_seconds", "Time to answer", "endpoint")
        self.in_progress = Gauge(
            "servicekit_requests_in_progress", "Requests being answered", registry=self.registry
        )
        self.retries = self._counter("request_retries", "Requests run again", "reason")
        self.unavailable = self._counter("unavailable", "Answers 503 of the kit", "reason")
        self.stale = self._counter("stale_answers", "Answers from stale replicas", "owner")
        self.peer_calls = self._counter(
            "peer_calls", "Calls of peers", "peer", "operation", "outcome"
        )
        self.peer_seconds = self._timing("peer_call_seconds", "Time of calls", "peer", "operation")
        self.operations = self._counter("operations", "Calls by peers", "operation", "outcome")
        self.refused = self._counter("writes_refused", "Transactions refused", "owner", "reason")
        self.stuck = self._counter("stuck_changes", "Changes a person must look at", "table")
        self.promoted = self._counter("promoted_tables", "Tables read unexpectedly", "table")
        self.copied = self._counter("copied_rows", "Rows of initial copies", "table")
        self.unwatched = self._counter("unwatched_tables", "Tables without feed", "table")
        self.failures = self._counter("background_failures", "Failed background work", "task")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"servicekit_{name}", text, labels, registry=self.registry)

    def _timing(self, name: str, text: str, *labels: str) -> Histogram:
        return Histogram(f"servicekit_{name}", text, labels, registry=self.registry)

    def answered(self, endpoint: Optional[str], method: str, status: str, seconds: float) -> None:
        """Count an answer; labels are bounded, whatever clients send."""
        known = method if method in _METHODS else "OTHER"
        self.requests.labels(endpoint or "", known, status).inc()
        self.seconds.labels(endpoint or "").observe(seconds)

    def watch_lag(self, lag: Callable[[], Mapping[str, Any]]) -> None:
        """Tell the lag of the feeds, as it is when asked."""
        self.registry.register(_Lag(lag))


class _Lag:
    """Asks for the lag at the time of collection."""

    def __init__(self, lag: Callable[[], Mapping[str, Any]]) -> None:
        self._lag = lag

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """Return what the data plane says of its feeds, as far as it is numbers."""
        family = GaugeMetricFamily(
            "servicekit_feed_lag", "Lag behind an owner", labels=["owner", "of"]
        )
        for owner, values in sorted(self._lag().items()):
            facts = values if isinstance(values, Mapping) else {"seconds": values}
            for name, value in sorted(facts.items()):
                if isinstance(value, (int, float)):
                    family.add_metric([owner, name], value)
        yield family


class Observer(Events):
    """Turns what the data plane tells into log lines and metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def replica_stale(self, owner: str, age: Optional[float]) -> None:
        """Log it; answers are counted where they are given."""
        log.warning("replicas are stale", extra={"owner": owner, "age": age})

    def write_refused(self, owner: str, reason: str) -> None:
        """Count and log a refused transaction."""
        self._metrics.refused.labels(owner, reason).inc()
        log.warning("write refused", extra={"owner": owner, "reason": reason})

    def stuck(self, txn: str, table: str, reason: str) -> None:
        """Count and log a change that a person must look at."""
        self._metrics.stuck.labels(table).inc()
        facts = {"txn": txn, "table": table, "reason": reason}
        log.error("a change couldn't be undone: see _sk_stuck", extra=facts)

    def promoted(self, table: str) -> None:
        """Count and log a table that the analysis missed."""
        self._metrics.promoted.labels(table).inc()
        log.warning("a table is read that no analysis named: now a replica", extra={"table": table})

    def copied(self, table: str, rows: int) -> None:
        """Count and log an initial copy."""
        self._metrics.copied.labels(table).inc(rows)
        log.info("replica copied", extra={"table": table, "rows": rows})

    def unwatched(self, table: str, reason: str) -> None:
        """Count and log a table that can't have a feed."""
        self._metrics.unwatched.labels(table).inc()
        log.error("a table has no feed", extra={"table": table, "reason": reason})

    def background_failed(self, task: str, error: BaseException) -> None:
        """Count and log background work that failed and is tried again."""
        self._metrics.failures.labels(task).inc()
        log.error("background work failed", extra={"task": task}, exc_info=error)

"""What gunicorn needs to run a service: numbers from the environment, and its hooks."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, Dict

from servicekit.application import configuration


def gunicorn_settings(path: Path) -> Dict[str, Any]:
    """Return gunicorn's settings for the service that `service.json` at `path` describes.

    Runs in the master, so that wrong settings end the whole server, with exit code 2.
    """
    described, chosen = configuration(path, os.environ)
    return {
        "bind": f"{chosen.host}:{chosen.port}",
        "proc_name": described.name,
        "worker_class": "gthread",
        "workers": chosen.workers,
        "threads": chosen.threads,
        "timeout": chosen.request_timeout,
        "graceful_timeout": chosen.graceful_timeout,
        "keepalive": 75,
        "control_socket_disable": True,  # its path would be shared by all services of a user
        "logconfig_dict": _logging(described.name, chosen.log_level),
        "post_worker_init": _post_worker_init,
        "worker_exit": _worker_exit,
    }


def _logging(service: str, level: str) -> Dict[str, Any]:
    """Return a configuration in which gunicorn's own lines are JSON too."""
    formatter = {"()": "servicekit.telemetry.JsonFormatter", "service": service}
    handler = {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}
    quiet = {"level": "CRITICAL", "handlers": [], "propagate": False, "qualname": "gunicorn.access"}
    own = {"level": level, "handlers": ["json"], "propagate": False, "qualname": "gunicorn.error"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "root": {"level": level, "handlers": ["json"]},
        "loggers": {"gunicorn.access": quiet, "gunicorn.error": own},
        "handlers": {"json": handler},
        "formatters": {"json": formatter},
    }


def _post_worker_init(worker: Any) -> None:
    """Start the service's own threads, and drain it as soon as the worker is told to end."""
    service = worker.wsgi
    before: Any = signal.getsignal(signal.SIGTERM)

    def terminate(number: int, frame: Any) -> None:
        service.drain()
        before(number, frame)

    signal.signal(signal.SIGTERM, terminate)
    service.start()


def _worker_exit(server: Any, worker: Any) -> None:
    """Stop the service's threads; a worker that failed to start has none."""
    service = getattr(worker, "wsgi", None)
    if service is not None:
        service.stop()

"""How gunicorn runs the gateway: `gunicorn --config gunicorn.conf.py 'gateway:create_app()'`.

SIGHUP reads the routing table again; one that can't be used is reported, and the old one stays.
"""

from __future__ import annotations

import socket
import struct
import sys
from typing import Any

from gateway import log
from gateway.internal import serve_internal
from gateway.reload import read_again
from gateway.settings import Settings, SettingsError
from gateway.table import TableError

try:
    settings = Settings.from_environment()
    log.set_up(settings.log_level)
    read_again(settings.routing_file)
except (SettingsError, TableError) as error:
    sys.stderr.write(f"gateway: {error}\n")
    sys.exit(2)

bind = f"{settings.host}:{settings.port}"
worker_class = "gthread"
workers = settings.gateway_workers
threads = settings.gateway_threads
worker_connections = 1000
keepalive = settings.keepalive
control_socket_disable = True
graceful_timeout = 30
loglevel = settings.log_level
forwarded_allow_ips = ""  # the gateway itself decides what is believed
limit_request_line = 8190


def when_ready(server: Any) -> None:
    """Bound how long a client may be silent; the kernel hands it on to each connection."""
    whole, rest = divmod(settings.client_timeout, 1)
    limit = struct.pack("ll", int(whole), int(rest * 1_000_000))
    for listener in server.LISTENERS:
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)


def post_worker_init(worker: Any) -> None:
    """Answer on the internal port too."""
    serve_internal(worker.wsgi, settings.internal_host, settings.internal_port)

"""The internal listener: a small server of its own, in threads that public traffic can't use."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from typing import Any, Dict, Optional

import waitress.server

THREADS = 8
LARGEST_BODY = 64 * 1024 * 1024
log = logging.getLogger(__name__)


class InternalServer:
    """Serves a WSGI application on an address that several processes may share."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        self._application = application
        self._address = (host, port)
        self._sockets: Dict[int, Any] = {}
        self._server: Any = None
        self._thread: Optional[threading.Thread] = None

    @property
    def port(self) -> int:
        """The port that is listened on, also where 0 let the system choose."""
        return int(self._server.socket.getsockname()[1])

    def start(self) -> None:
        """Listen; returns at once."""
        self._server = waitress.server.create_server(
            self._application,
            map=self._sockets,
            sockets=[_bound(*self._address)],
            threads=THREADS,
            max_request_body_size=LARGEST_BODY,
            ident=None,
            clear_untrusted_proxy_headers=True,
        )
        self._thread = threading.Thread(target=self._server.run, name="internal", daemon=True)
        self._thread.start()
        log.info("internal port is open", extra={"host": self._address[0], "port": self.port})

    def stop(self) -> None:
        """Close all connections; returns when the listener's thread has ended."""
        if self._thread is None:
            return
        with contextlib.suppress(OSError):  # awake already, it has closed the trigger, too
            self._server.trigger.pull_trigger(self._close_all)
        self._thread.join(timeout=5)
        self._server.task_dispatcher.shutdown()

    def _close_all(self) -> None:
        """Close every socket; runs in the listener's own thread, which ends then."""
        for dispatcher in list(self._sockets.values()):
            dispatcher.close()


def _bound(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    return listener

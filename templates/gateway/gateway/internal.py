"""The gateway's own port: health and metrics, which the public port never answers."""

from __future__ import annotations

import socket
import threading
from typing import TYPE_CHECKING, Any

from flask import Flask, Response, jsonify
from waitress.server import create_server

if TYPE_CHECKING:
    from gateway.app import Gateway


def internal_app(gateway: Gateway) -> Flask:
    """Return the application that answers on the internal port."""
    app = Flask("gateway.internal", static_folder=None)

    @app.route("/healthz")
    def healthz() -> Any:
        """Say that the process lives."""
        return jsonify(status="ok")

    @app.route("/readyz")
    def readyz() -> Any:
        """Say that requests are routed, and which instances are left out for now.

        A service that is down is no reason to send nobody to the others.
        """
        groups = gateway.forwarder.groups.values()
        services = {
            group.name: {
                instance.address: "held back" if instance.breaker.is_open else "ok"
                for instance in group.instances
            }
            for group in groups
        }
        return jsonify(status="ok", services=services)

    @app.route("/metrics")
    def metrics() -> Response:
        """Return all counters."""
        for group in gateway.forwarder.groups.values():
            for instance in group.instances:
                gateway.metrics.held_back(group.name, instance.address, instance.breaker.is_open)
        return Response(gateway.metrics.text(), mimetype="text/plain; version=0.0.4")

    return app


def serve_internal(gateway: Gateway, host: str, port: int) -> None:
    """Answer on the internal port from a thread of this process."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind((host, port))
    server = create_server(internal_app(gateway), sockets=[listener], threads=2)
    threading.Thread(target=server.run, name="internal", daemon=True).start()

"""The one public entrance of a system of services: a Flask application over one routing table."""

from __future__ import annotations

from gateway.app import Gateway, create_app

__all__ = ["Gateway", "create_app"]

"""Puts a service together: from `service.json` and the environment to a WSGI callable."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any, Callable, Iterable, Mapping, Tuple

from flask import Flask

from servicekit import (
    build_only,
    config_pins,
    description,
    openapi,
    own_schema,
    schema,
    settings,
    target,
    telemetry,
)
from servicekit.auth import Tokens
from servicekit.description import Description, DescriptionError
from servicekit.internal import Internal
from servicekit.peers import Peers
from servicekit.readiness import Readiness
from servicekit.server import InternalServer
from servicekit.settings import Settings, SettingsError
from servicekit.telemetry import Metrics, Observer
from servicekit.web import Middleware

USAGE_ERROR = 2
MakeData = Callable[[Description, Settings, Peers, Metrics], Any]


def data_plane(described: Description, chosen: Settings, peers: Peers, metrics: Metrics) -> Any:
    """Return what keeps a service's tables in step with other services."""
    return importlib.import_module("servicekit.data").Data(
        config_pins.plain_url(chosen.database_url),
        described.name,
        described.owned,
        described.replicas,
        described.declared,
        peers.call,
        levels=described.levels,
        owner_down=described.owner_down,
        events=Observer(metrics),
    )


class Service:
    """A running service: the public WSGI callable, and what its process starts and stops."""

    def __init__(
        self,
        app: Flask,
        public: Any,
        internal: Internal,
        server: InternalServer,
        readiness: Readiness,
        data: Any,
    ) -> None:
        self.flask = app
        self.internal = internal
        self.data = data
        self._public = public
        self._server = server
        self._readiness = readiness

    def __call__(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a public request."""
        answer: Iterable[bytes] = self._public(environ, start_response)
        return answer

    def start(self) -> None:
        """Open the internal port and begin background work; once per process, after forking."""
        self._server.start()
        self.data.start_background()

    def drain(self) -> None:
        """Be unready from now on, while requests at hand are answered."""
        self._readiness.draining = True

    def stop(self) -> None:
        """End background work, then close the internal port."""
        self.data.stop()
        self._server.stop()


def configuration(path: Path, environment: Mapping[str, str]) -> Tuple[Description, Settings]:
    """Return what describes a service; if that can't be used, say all that is wrong and exit."""
    try:
        described = description.read(path)
        return described, settings.read(described, environment)
    except (DescriptionError, SettingsError) as error:
        for problem in error.problems:
            print(f"servicekit: {problem}", file=sys.stderr)  # noqa: T201 - nothing logs yet
        sys.exit(USAGE_ERROR)


def create(path: Path, make_data: MakeData = data_plane) -> Service:
    """Return the service that `service.json` at `path` describes."""
    described, chosen = configuration(path, os.environ)
    telemetry.configure_logging(described.name, chosen.log_level)
    metrics = Metrics()
    tokens = Tokens(chosen.kit_secrets, described.name)
    peers = Peers(chosen.peers, tokens, metrics)
    data = make_data(described, chosen, peers, metrics)

    data.install_hooks()
    config_pins.pin(described, chosen, os.environ)

    def prepare() -> None:
        schema.create(described, chosen.database_url)
        data.prepare()

    with data.alone():
        with own_schema.replaced(prepare):
            app = target.load(described.application, described.directory)
        prepare()
    build_only.add_rules(app, described.build_only)

    metrics.watch_lag(data.lag)
    readiness = Readiness(described, chosen.database_url, peers, data)
    internal = Internal(
        data.operations(), tokens, readiness, metrics, lambda: openapi.document(app, described.name)
    )
    server = InternalServer(internal, chosen.internal_host, chosen.internal_port)
    public = _behind_proxies(Middleware(app, described, data, metrics), chosen.trusted_proxies)
    return Service(app, public, internal, server, readiness, data)


def _behind_proxies(application: Any, count: int) -> Any:
    """Believe as many proxies as are in front: the client's address, and the public host."""
    if not count:
        return application
    try:
        fixer: Any = importlib.import_module("werkzeug.middleware.proxy_fix").ProxyFix
    except ImportError:  # Werkzeug before 0.15
        fixer = importlib.import_module("werkzeug.contrib.fixers").ProxyFix
        return fixer(application, num_proxies=count)
    return fixer(application, x_for=count, x_proto=count, x_host=count, x_prefix=count)

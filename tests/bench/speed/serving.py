"""What stands before services, measured in turns with the same without it: median of each."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from backends import routes
from edges import COMMANDS, PLENTY, EdgeGateway
from under_test import FlaskGateway, Limits, address, backend, process

from decompose.domain.generated import Gateway
from ports import free_port

ROUNDS, REQUESTS = 200, 20
_PATH = "/items/"  # its answer is the same, whatever headers an edge adds
_NGINX = """\
daemon off; pid nginx.pid; error_log stderr warn; worker_processes auto;
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; access_log /dev/stdout;
  upstream service {{ server 127.0.0.1:{service}; keepalive 64; }}
  server {{
    listen {port};
    location / {{
      proxy_http_version 1.1; proxy_set_header Connection ""; proxy_pass http://service;
    }}
  }}
}}
"""
_FAST = """\
daemon off; pid nginx.pid; error_log stderr warn; worker_processes auto;
events {{ worker_connections 4096; }}
http {{
  client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi; scgi_temp_path scgi; access_log off; keepalive_requests 1000000;
  server {{ listen {port}; location / {{ return 200 "here\\n"; }} }}
}}
"""
_HAPROXY = """\
global
  log stdout format raw local0 info
defaults
  mode http
  log global
  option httplog
  timeout connect 2s
  timeout server 60s
  timeout client 60s
  http-reuse always
frontend public
  bind :{port}
  default_backend service
backend service
  server one 127.0.0.1:{service}
"""
_ENVOY = """\
static_resources:
  listeners:
  - address: {{socket_address: {{address: 127.0.0.1, port_value: {port}}}}}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: bare
          access_log:
          - name: envoy.access_loggers.stdout
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog
          http_filters:
          - name: envoy.filters.http.router
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
          route_config:
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes: [{{match: {{prefix: /}}, route: {{cluster: service}}}}]
  clusters:
  - name: service
    connect_timeout: 2s
    load_assignment:
      cluster_name: service
      endpoints:
      - lb_endpoints:
        - endpoint:
            address: {{socket_address: {{address: 127.0.0.1, port_value: {service}}}}}
"""  # noqa: E501 - names of Envoy's types
BARE = {
    Gateway.NGINX: ("nginx.conf", _NGINX),
    Gateway.HAPROXY: ("haproxy.cfg", _HAPROXY),
    Gateway.ENVOY: ("envoy.yaml", _ENVOY),
}


def edges(folder: Path) -> dict[str, tuple[float, float]]:
    """A request through each edge program with our routing, in times of it as a bare proxy.

    The second number is in times of our configuration without any rule: what is left are headers,
    limits and the log. Behind stands a Flask service, and for the hardest comparison a server that
    does nothing.
    """
    found = {}
    for told, running in (
        ("a Flask service", lambda port: backend("shop", port, folder)),
        ("a service that does nothing", lambda port: _nothing(port, folder)),
    ):
        service = free_port()
        with running(service):
            for program in (one for one in BARE if shutil.which(COMMANDS[one](folder)[0])):
                found[f"{program} before {told}"] = _ratios(program, service, folder)
    return found


def _ratios(program: Gateway, service: int, folder: Path) -> tuple[float, float]:
    edge, table = EdgeGateway(program, rate=PLENTY), _table(service)
    with (
        edge.alone(table, folder / "ours", Limits()) as (ours, _),
        edge.alone({**table, "routes": []}, folder / "unrouted", Limits()) as (unrouted, _),
        _bare(program, service, folder) as bare,
    ):
        routed, without, straight = _in_turns((ours, unrouted, bare), _PATH)
    return routed / straight, routed / without


def flask_gateway(folder: Path) -> float:
    """Milliseconds that the Flask gateway adds to a request."""
    service = free_port()
    with (
        backend("shop", service, folder),
        FlaskGateway().run(_table(service), folder / "gateway", Limits()) as gateway,
    ):
        through, straight = _in_turns((gateway.port, service), _PATH)
    return 1000 * (through - straight)


def _table(service: int) -> dict[str, object]:
    """All rules of the tests' small monolith, each answered by one service."""
    instances = {"instances": [address(service)]}
    return {
        "format": 1,
        "default": "shop",
        "balance": "round_robin",
        "services": {"shop": instances},
        "gateway": instances,
        "routes": [{**route, "service": "shop"} for route in routes()],
        "compositions": [],
    }


@contextmanager
def bare_nginx(service: int, folder: Path) -> Iterator[int]:
    """Run nginx as a bare proxy before a service; give its port."""
    with _bare(Gateway.NGINX, service, folder) as port:
        yield port


@contextmanager
def _bare(program: Gateway, service: int, folder: Path) -> Iterator[int]:
    name, text = BARE[program]
    port, file = free_port(), folder / "bare" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text.format(port=port, service=service))
    with process(COMMANDS[program](file), {}, port, folder / f"bare-{program}.log"):
        yield port


@contextmanager
def _nothing(port: int, folder: Path) -> Iterator[None]:
    file = folder / "nothing" / "nginx.conf"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_FAST.format(port=port))
    with process(COMMANDS[Gateway.NGINX](file), {}, port, folder / "nothing.log"):
        yield


def _in_turns(ports: tuple[int, ...], path: str) -> list[float]:
    """Median seconds of a request to each port, twenty at a time in turns."""
    times: dict[int, list[float]] = {port: [] for port in ports}
    for _ in range(ROUNDS):
        for port in ports:
            times[port] += _asked(port, path)
    return [median(times[port]) for port in ports]


def _asked(port: int, path: str) -> list[float]:
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
    found = []
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(REQUESTS):
            began = time.perf_counter()
            connection.sendall(request)
            answer = connection.recv(65536)
            while b"\r\n\r\n" not in answer:
                answer += connection.recv(65536)
            found.append(time.perf_counter() - began)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            _rest(connection, answer)
    return found


def _rest(connection: socket.socket, answer: bytes) -> None:
    """Read what is left of a body whose length is told, or whose chunks end."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    length = int(lines.get(b"content-length", 0))
    while len(body) < length or (not length and not body.endswith(b"0\r\n\r\n")):
        body += connection.recv(65536)

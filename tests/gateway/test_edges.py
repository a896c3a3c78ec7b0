"""What edge programs do beyond what every gateway must."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from backends import routes
from client import ask, eventually
from edges import EDGES, EdgeGateway, check
from under_test import Limits, address, backend, process

from decompose.domain.generated import Gateway
from decompose.targets.edge import CONFIGURATIONS
from ports import free_port
from targets.split import club

pytestmark = pytest.mark.edge

LIMITS = Limits(failures=1, pause=0.5)
HEALTH = """
import http.server, pathlib, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if pathlib.Path(sys.argv[2]).exists() else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *args): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


@pytest.fixture(params=EDGES)
def edge(request: pytest.FixtureRequest) -> Gateway:
    """Each program."""
    program: Gateway = request.param
    return program


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[int]]:
    """Three instances of the shop."""
    ports = [free_port() for _ in range(3)]
    with ExitStack() as stack:
        for port in ports:
            stack.enter_context(backend("shop", port, tmp_path_factory.mktemp("backend")))
        yield ports


def over(ports: list[int], **more: object) -> dict[str, Any]:
    """A table in which one service with some instances answers everything."""
    return {
        "format": 1,
        "default": "shop",
        "services": {"shop": {"instances": [address(port) for port in ports]}},
        "routes": [{**route, "service": "shop"} for route in routes()],
        **more,
    }


def asked(port: int, number: int) -> Counter[int]:
    """How often each instance answered."""
    return Counter(ask(port, "/echo").json["pid"] for _ in range(number))


@pytest.mark.parametrize("program", EDGES)
def test_what_is_scaffolded_passes_the_validator(program: Gateway, tmp_path: Path) -> None:
    """The configuration of a generated system is one that its program takes."""
    name = CONFIGURATIONS[program]
    text = next(f.content.decode() for f in club(program).files if f.path == f"gateway/{name}")
    certificate = make_certificate(tmp_path)
    text = text.replace("/run/secrets/tls.pem", str(certificate))
    if program is Gateway.NGINX:  # which looks names up when it reads them
        for service in ("bookings", "members", "gateway"):
            text = text.replace(f"server {service}:", "server 127.0.0.1:")
    (tmp_path / name).write_text(text)
    check(program, tmp_path / name)


def test_round_robin(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Instances take turns."""
    with EdgeGateway(edge).run(over(three), tmp_path, LIMITS) as running:
        counts = asked(running.port, 30)
        assert len(counts) == 3
        assert min(counts.values()) >= 6


def test_least_connections(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Instances that are busy get fewer new requests than those that are free.

    Envoy takes the freer of two that it draws: of 200 requests a busy one gets 44 on the average,
    where turns would give 67.
    """
    table = over(three, balance="least_connections")
    with EdgeGateway(edge).run(table, tmp_path, LIMITS) as running, ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(ask, running.port, "/slow/3.0") for _ in range(2)]
        time.sleep(0.4)
        found = asked(running.port, 200)
        assert len(found) < len(three) or min(found.values()) < 55
        assert all(reply.result().status == 200 for reply in slow)


def test_instance_gone(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Readers notice nothing of an instance that dies, and it is asked again when it is back."""
    mortal = free_port()
    with EdgeGateway(edge).run(over([three[0], mortal]), tmp_path, LIMITS) as running:
        with backend("shop", mortal, tmp_path):
            eventually(lambda: len(asked(running.port, 10)) == 2)
        assert {ask(running.port, "/echo").status for _ in range(20)} == {200}
        assert {ask(running.port, "/echo", "POST", body=b"x").status for _ in range(20)} == {200}
        with backend("shop", mortal, tmp_path):
            eventually(lambda: len(asked(running.port, 10)) == 2)


@pytest.mark.parametrize("program", [Gateway.HAPROXY, Gateway.ENVOY])
def test_unready_instances_are_left_out(program: Gateway, three: list[int], tmp_path: Path) -> None:
    """An instance whose /readyz says no gets no requests until it says yes."""
    health, flag = free_port(), tmp_path / "unready"
    command = [sys.executable, "-c", HEALTH, str(health), str(flag)]
    other = EdgeGateway(program, health_port=health)
    with (
        process(command, {}, health, tmp_path / "health.log"),
        other.run(over(three[:1]), tmp_path, LIMITS) as running,
    ):
        eventually(lambda: ask(running.port, "/echo").status == 200)
        flag.touch()
        eventually(lambda: ask(running.port, "/echo").status in (502, 503))
        flag.unlink()
        eventually(lambda: ask(running.port, "/echo").status == 200)


def test_too_many_requests(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """A client that asks for too much is told 429 and when to come again, and may then."""
    with EdgeGateway(edge, rate=5).run(over(three), tmp_path, LIMITS) as running:
        replies = [ask(running.port, "/items/") for _ in range(40)]
        refused = [reply for reply in replies if reply.status == 429]
        assert replies[0].status == 200
        assert len(refused) >= 20
        assert {reply.header("Retry-After") for reply in refused} == {"1"}
        assert refused[0].json["error"] == "limited"
        eventually(lambda: ask(running.port, "/items/").status == 200)


def test_tls(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """TLS ends at the edge, and services are told of it."""
    certificate = make_certificate(tmp_path)
    other = EdgeGateway(edge, certificate=str(certificate))
    with other.run(over(three), tmp_path, LIMITS):
        port = int(next(tmp_path.rglob("tls-port")).read_text())
        context = ssl.create_default_context(cafile=str(certificate))
        connection = http.client.HTTPSConnection("localhost", port, timeout=10, context=context)
        connection.request("GET", "/echo")
        told = json.loads(connection.getresponse().read())
        assert told["secure"]
        assert dict(told["headers"])["X-Forwarded-Proto"] == "https"


def test_access_log(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Each request is one line of JSON, whatever the client writes."""
    with EdgeGateway(edge).run(over(three), tmp_path, LIMITS) as running:
        headers = {"X-Request-ID": "logged-1", "User-Agent": 'a"b\\'}
        ask(running.port, '/echo/"\\x?a="b"', headers=headers)
        eventually(lambda: "logged-1" in running.log.read_text())
        line = json.loads(
            next(line for line in running.log.read_text().splitlines() if "logged-1" in line)
        )
    assert (line["method"], line["target"]) == ("GET", '/echo/"\\x?a="b"')
    assert line["status"] == 200
    assert line["service"] == "gateway"  # a path that isn't plain is decided there


def test_the_flask_gateway_composes(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Composed answers come from the Flask gateway behind the edge."""
    parts = {"one": {"service": "shop", "path": "/echo"}}
    table = over(three, compositions=[{"path": "/api/<int:n>", "parts": parts}])
    with EdgeGateway(edge).run(table, tmp_path, LIMITS) as running:
        assert list(ask(running.port, "/api/7").json) == ["one"]
        assert ask(running.port, "/api/x").status == 404


def test_the_flask_gateway_switches(edge: Gateway, three: list[int], tmp_path: Path) -> None:
    """Routes that the monolith still answers reach it through the Flask gateway."""
    port = free_port()
    table = over(three, monolith=address(port))
    table["routes"] = [{**r, "mode": "monolith" if r["rule"] == "/echo" else "service"}
                       for r in table["routes"]]  # fmt: skip
    with (
        backend("", port, tmp_path),
        EdgeGateway(edge).run(table, tmp_path, LIMITS) as running,
    ):
        assert ask(running.port, "/echo").json["service"] == "monolith"
        assert ask(running.port, "/echo/x").json["service"] == "shop"


def test_nginx_reads_again_when_instances_change(three: list[int], tmp_path: Path) -> None:
    """The script that runs nginx reloads it once names lead elsewhere, and stops it gently."""
    names = tmp_path / "names"
    names.write_text("10.0.0.1 STREAM\n")
    (tmp_path / "getent").write_text(f"#!/bin/sh\ncat {names}\n")
    (tmp_path / "getent").chmod(0o755)
    script = tmp_path / "watch.sh"
    text = next(f.content.decode() for f in club(Gateway.NGINX).files
                if f.path == "deploy/watch-nginx.sh")  # fmt: skip
    script.write_text(text.replace("-p /tmp", f"-p {tmp_path}"))
    table = {**over(three[:1]), "gateway": {"instances": [address(free_port())]}}
    with EdgeGateway(Gateway.NGINX).alone(table, tmp_path, LIMITS) as (port, _):
        pass  # it wrote the configuration
    file = tmp_path / "nginx.conf"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    command = ["sh", str(script), str(file)]
    with process(command, {"PATH": path}, port, tmp_path / "watch.log") as pid:
        first = ask(port, "/echo").json["pid"]
        file.write_text(file.read_text().replace(f":{three[0]} ", f":{three[1]} "))
        names.write_text("10.0.0.2 STREAM\n")
        eventually(lambda: ask(port, "/echo").json["pid"] != first)
        assert Path(f"/proc/{pid}").exists()


def make_certificate(folder: Path) -> Path:
    """A file with a certificate of localhost and its key."""
    key, certificate, both = folder / "key.pem", folder / "crt.pem", folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
         "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    both.chmod(0o644)
    return both

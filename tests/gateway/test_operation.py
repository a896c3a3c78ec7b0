"""How the gateway is watched and changed while it runs, and what it refuses to start with."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from client import ask, eventually
from under_test import TEMPLATE, FlaskGateway, Limits, Running

from gateway.matching import Matcher
from gateway.table import TableError, read_table


@pytest.fixture(scope="session")
def under_test() -> FlaskGateway:
    """Only the Flask gateway is watched and changed this way."""
    return FlaskGateway()


def test_health(gateway: Running) -> None:
    """The internal port tells of health and of every instance; it needs no service to do so."""
    assert ask(gateway.internal_port, "/healthz").json == {"status": "ok"}
    services = ask(gateway.internal_port, "/readyz").json["services"]
    assert sorted(services) == ["monolith", "orders", "raw", "shop"]


def test_metrics(gateway: Running) -> None:
    """Requests are counted by service, method and status; odd methods don't add labels."""
    ask(gateway.port, "/nothing")
    ask(gateway.port, "/items/", "BREW")

    def text() -> str:
        return ask(gateway.internal_port, "/metrics").body.decode()

    # an answer is counted when it has been sent, which its reader may see first
    eventually(lambda: 'method="GET",service="shop",status="404"' in text())
    eventually(lambda: 'method="other",service="shop",status="405"' in text())
    assert "BREW" not in text()


def test_access_log(gateway: Running) -> None:
    """Each request is one line of JSON."""
    ask(gateway.port, "/orders/1?secret=no", headers={"X-Request-ID": "logged-1"})
    eventually(lambda: "logged-1" in gateway.log.read_text())
    lines = gateway.log.read_text().splitlines()
    line = json.loads(next(line for line in lines if "logged-1" in line))
    assert line["method"] == "GET"
    assert line["target"] == "/orders/1?secret=no"
    assert (line["service"], line["status"], line["attempts"]) == ("orders", 200, 1)
    assert line["bytes"] > 10


def test_broken_after_headers(gateway: Running) -> None:
    """Where a service dies between headers and body, it is asked again, or the answer is 502."""
    assert ask(gateway.port, "/raw/once-headers").body == b"ok"
    assert ask(gateway.port, "/raw/headers", "POST", body=b"x").status == 502


def test_reload(table: dict[str, Any], tmp_path: Path) -> None:
    """SIGHUP takes a new table; a broken one is reported and the old one stays."""
    file = tmp_path / "routing.json"
    with FlaskGateway().run(table, tmp_path, Limits()) as running:
        assert ask(running.port, "/items/").status == 200
        without = [route for route in table["routes"] if route["rule"] != "/items/"]
        orders = {**table, "default": "orders", "routes": without}
        file.write_text(json.dumps(orders))
        os.kill(running.pid, signal.SIGHUP)
        eventually(lambda: ask(running.port, "/items/").status == 404)
        file.write_text("{")
        os.kill(running.pid, signal.SIGHUP)
        eventually(lambda: "table_refused" in running.log.read_text())
        time.sleep(0.5)
        assert ask(running.port, "/items/").status == 404
        file.write_text(json.dumps(table))
        os.kill(running.pid, signal.SIGHUP)
        eventually(lambda: ask(running.port, "/items/").status == 200)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "not a routing table of format 1"),
        ({"default": "nobody"}, "default service 'nobody' is not among the services"),
        ({"balance": "fair"}, "balance 'fair' is none of round_robin"),
        ({"monolith": None}, "needs the monolith's address"),
        ({"services": {}}, "service 'shop' of / is not among the services"),
        ({"services": {"shop": {"instances": []}}}, "service 'shop' has no instances"),
        ({"services": {"shop": {"instances": ["shop:80"]}}}, "no address like"),
        ({"routes": [{"rule": "/x"}]}, "KeyError: 'methods'"),
        (
            {"routes": [{"rule": "x", "methods": [], "endpoint": "x", "service": "shop"}]},
            "rule 'x'",
        ),
        (
            {"compositions": [{"path": "/x", "partial": "hope", "parts": {}}]},
            "partial 'hope' of /x is none of fail, omit, null",
        ),
    ],
)
def test_unusable_table(
    table: dict[str, Any], tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    """A table that can't be used is refused at the start, naming what is wrong with it."""
    routes = [{**table["routes"][0], "mode": "shadow"}]
    file = tmp_path / "routing.json"
    file.write_text(json.dumps({**table, "routes": routes, **change}))
    with pytest.raises(TableError, match=re.escape(message)):
        Matcher(read_table(file))


def test_no_table(tmp_path: Path) -> None:
    """Without a table the gateway ends with a sentence, not with a traceback."""
    done = start(ROUTING_FILE=str(tmp_path / "none.json"))
    assert done.returncode == 2
    assert "No such file or directory" in done.stderr
    assert "Traceback" not in done.stderr


def test_unusable_settings() -> None:
    """Every setting that is no such value is named."""
    done = start(PORT="http", READ_TIMEOUT="long")
    assert done.returncode == 2
    assert "PORT='http' is no int" in done.stderr
    assert "READ_TIMEOUT='long' is no float" in done.stderr


def start(**environ: str) -> subprocess.CompletedProcess[str]:
    """Try to start a gateway."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(TEMPLATE / "gunicorn.conf.py")]
    return subprocess.run(
        [*command, "gateway:create_app()"],
        env={**os.environ, "PYTHONPATH": str(TEMPLATE), **environ},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

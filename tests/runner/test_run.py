"""Systems on this machine, as `python run.py` starts, watches and stops them."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from runner.toy import Toy, eventually, stop

SHOW = (
    "import os, sys, urllib.request as u;"
    "sys.stdout.write(u.urlopen(os.environ['GATEWAY_URL'] + '/' + sys.argv[1]).read().decode())"
)


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    return Toy(tmp_path / "toy")


def get(port: int, path: str = "/") -> dict[str, object]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_command(toy: Toy) -> None:
    """A command runs once all is healthy, finds the gateway, and its exit code comes back."""
    done = toy.run("--", sys.executable, "-c", SHOW + "; sys.exit(7)", "users")
    assert done.returncode == 7, done.stderr
    facts = json.loads(done.stdout)
    assert facts["PORT"] == str(toy.ports["users"][0])
    assert facts["DATABASE_URL"] == f"sqlite:///{toy.folder}/data/users.db"
    assert facts["PEER_ORDERS_URL"] == f"http://127.0.0.1:{toy.ports['orders'][1]}"
    assert "All 3 are ready" in done.stderr
    assert "service speaks" in (toy.folder / "logs/users.log").read_text()
    assert not toy.processes()


def test_secrets(toy: Toy) -> None:
    """Keys are made once, kept where only their owner reads them, and given ones go before."""
    show = ("--", sys.executable, "-c", SHOW, "users")
    first, second = (toy.shown(*show) for _ in range(2))
    given = toy.shown(*show, environ={"SECRET_KEY": "mine"})
    assert len(first["SECRET_KEY"]) > 32
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert first["SERVICEKIT_SECRET"] == given["SERVICEKIT_SECRET"] != first["SECRET_KEY"]
    assert "mine" in given.values()
    assert stat.S_IMODE((toy.folder / "data/secrets.json").stat().st_mode) == 0o600


def test_port_in_use(toy: Toy) -> None:
    """A port in use is named together with who needs it, before anything starts."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", toy.ports["users"][1]))
        taken.listen()
        done = toy.run()
    assert done.returncode == 1
    assert f"port {toy.ports['users'][1]} is in use; users needs it" in done.stderr
    assert not (toy.folder / "logs").exists()


def test_broken_service(toy: Toy) -> None:
    """A service that ends while starting is named with its last lines, and the rest stops."""
    (toy.folder / "services/users/broken").touch()
    done = toy.run()
    assert done.returncode == 1
    assert "users ended while starting (exit code 1)" in done.stderr
    assert "DATABASE_URL is no good here" in done.stderr
    assert not toy.processes()


def test_never_ready(toy: Toy) -> None:
    """A service that doesn't become ready is named with what it says about itself."""
    (toy.folder / "services/users/never_ready").touch()
    done = toy.run("--wait", "1")
    assert done.returncode == 1
    assert "users is not ready after 1 s" in done.stderr
    assert "says 503" in done.stderr
    assert "service speaks" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop(toy: Toy, number: int) -> None:
    """Ctrl-C and SIGTERM end everything cleanly; lines carry the name of who wrote them."""
    process = toy.start()
    output, errors = stop(process, number)
    assert process.returncode == 0
    assert "orders  | service speaks" in output
    assert "\x1b" not in output
    assert "Traceback" not in output + errors
    assert "killed" not in errors
    assert not toy.processes()


def test_killed(toy: Toy) -> None:
    """If the runner itself is killed -9, nothing it started lives on."""
    process = toy.start()
    assert toy.processes()
    process.kill()
    process.communicate(timeout=10)
    eventually(lambda: not toy.processes())


def test_crash(toy: Toy) -> None:
    """A service that crashes is reported and started again."""
    process = toy.start()
    try:
        port = toy.ports["users"][0]
        before = get(port)["pid"]
        with pytest.raises(OSError, match=r"closed|reset"):
            get(port, "/crash")
        eventually(lambda: answers(port))
        assert get(port)["pid"] != before
    finally:
        _, errors = stop(process)
    assert "users ended (exit code 9); it is started again" in errors


def test_gateway_crash(toy: Toy) -> None:
    """A killed gateway leaves no worker behind and comes back on its port."""
    process = toy.start()
    try:
        port = toy.ports["gateway"][0]
        master = min(
            pid
            for pid in toy.processes()
            if b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes()
        )
        os.kill(master, signal.SIGKILL)
        eventually(lambda: not Path(f"/proc/{master}").exists() and answers(port, "/users"))
    finally:
        stop(process)
    assert not toy.processes()


def test_replicas(toy: Toy) -> None:
    """Copies of a service share its database and its requests."""
    ask = (
        "import os, json, urllib.request as u; print(len({json.load(u.urlopen("
        "os.environ['GATEWAY_URL'] + '/users'))['pid'] for _ in range(8)}))"
    )
    done = toy.run("--replicas", "users=3", "--", sys.executable, "-c", ask)
    assert done.stdout.strip() == "3", done.stderr


def test_free_ports(toy: Toy) -> None:
    """With --free-ports one system runs beside another."""
    process = toy.start()
    try:
        done = toy.run("--free-ports", "--", sys.executable, "-c", SHOW, "users")
        assert json.loads(done.stdout)["PORT"] != str(toy.ports["users"][0])
    finally:
        stop(process)


def test_free_ports_differ(toy: Toy) -> None:
    """However many processes take a free port, no two take the same."""
    ports = (
        "from pathlib import Path; from runner.launch import launches;"
        "from runner.system import read_system, selected;"
        "system = read_system(Path('system.json'), None);"
        "found = launches(selected(system, []), {'users': 400}, free_ports=True);"
        "ports = [port for entry in found for port in (entry.port, entry.internal_port)];"
        "print(len(ports), len(set(ports)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", ports], cwd=toy.folder, capture_output=True, text=True, check=False
    )
    assert done.stdout == "804 804\n", done.stderr


def test_only(toy: Toy) -> None:
    """With --only nothing else is started, and a name that isn't there is refused."""
    process = toy.start("--only", "users")
    try:
        assert len(toy.processes()) == 1
    finally:
        stop(process)
    assert (
        "no such service: user (there are: orders, users, gateway)"
        in toy.run("--only", "user").stderr
    )


def test_check(toy: Toy) -> None:
    """--check says whether all is there and starts nothing."""
    assert toy.run("--check").stdout == "Everything that is needed is there.\n"
    done = toy.run("--check", "--python", "no/such/python")
    assert done.returncode == 1
    assert "no/such/python is missing" in done.stderr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "Expecting property name"),
        ("{}", "not a system description of format 1"),
        ('{"format": 1, "services": {"a": {}}, "gateway": {}}', "KeyError: 'folder'"),
    ],
)
def test_unusable_description(toy: Toy, text: str, message: str) -> None:
    """A system.json that can't be used is refused in one line."""
    (toy.folder / "system.json").write_text(text)
    done = toy.run()
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def answers(port: int, path: str = "/") -> bool:
    try:
        return bool(get(port, path))
    except OSError:
        return False

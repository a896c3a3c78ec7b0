"""A small system for the runner: services of the standard library behind the real gateway."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from ports import free_port

TEMPLATES = Path(__file__).parents[2] / "templates"

SERVICE = """
import json, os, signal, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

print("service speaks", flush=True)
signal.signal(signal.SIGTERM, lambda number, frame: os._exit(0))
ready = not os.path.exists("never_ready")
if os.path.exists("broken"):
    sys.exit("DATABASE_URL is no good here")

class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/crash":
            os._exit(9)
        names = ("DATABASE_URL", "SECRET_KEY", "SERVICEKIT_SECRET", "PEER_ORDERS_URL",
                 "PEER_USERS_URL", "PORT")
        facts = {**{name: os.environ.get(name) for name in names}, "pid": os.getpid()}
        data = json.dumps(facts).encode()
        self.send_response(200 if ready or self.path != "/readyz" else 503)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
    def log_message(self, *args):
        pass

for name in ("PORT", "INTERNAL_PORT"):
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ[name])), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
while True:
    time.sleep(1)
"""


class Toy:
    """A generated system in a folder, with ports of its own."""

    def __init__(self, folder: Path, services: tuple[str, ...] = ("orders", "users")) -> None:
        self.folder = folder
        self.ports = {name: (free_port(), free_port()) for name in (*services, "gateway")}
        shutil.copytree(TEMPLATES / "gateway", folder / "gateway")
        shutil.copytree(TEMPLATES / "system", folder, dirs_exist_ok=True)
        for name in services:
            (folder / "services" / name).mkdir(parents=True)
            (folder / "services" / name / "service.py").write_text(SERVICE)
        self._describe(services)

    def _describe(self, services: tuple[str, ...]) -> None:
        entries = {
            name: {
                "folder": f"services/{name}",
                "port": self.ports[name][0],
                "internal_port": self.ports[name][1],
                "command": ["{python}", "service.py"],
            }
            for name in services
        }
        gateway = {
            "folder": "gateway",
            "port": self.ports["gateway"][0],
            "internal_port": self.ports["gateway"][1],
        }
        system = {"format": 1, "name": "toy", "services": entries, "gateway": gateway}
        (self.folder / "system.json").write_text(json.dumps(system))
        routes = [
            {"rule": f"/{name}", "methods": ["GET"], "endpoint": name, "service": name}
            for name in services
        ]
        table = {
            "format": 1,
            "default": services[0],
            "services": {
                name: {"instances": [f"http://127.0.0.1:{self.ports[name][0]}"]}
                for name in services
            },
            "routes": routes,
        }
        (self.folder / "gateway" / "routing.json").write_text(json.dumps(table))

    def command(self, *arguments: str) -> list[str]:
        """Return the command line that runs it."""
        return [sys.executable, str(self.folder / "run.py"), "--python", sys.executable, *arguments]

    def run(
        self, *arguments: str, environ: dict[str, str] | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run to the end and return what came out."""
        return subprocess.run(
            self.command(*arguments),
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def shown(self, *arguments: str, environ: dict[str, str] | None = None) -> dict[str, object]:
        """Run to an end without an error and return the JSON that came out."""
        done = self.run(*arguments, environ=environ)
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start and return when all is ready."""
        process = subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stderr is not None
        line = process.stderr.readline()
        assert "are ready" in line, line + process.stderr.read()
        return process

    def processes(self) -> list[int]:
        """Return what runs from this system's folder."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    inside = self.folder in [cwd := (entry / "cwd").resolve(), *cwd.parents]
                    state = (entry / "stat").read_text().rsplit(") ", 1)[1][0]
                except OSError:
                    continue
                if inside and state != "Z":
                    found.append(int(entry.name))
        return found


def eventually(check: object, seconds: float = 10.0) -> None:
    """Wait until `check` is true."""
    until = time.monotonic() + seconds
    while not check():  # type: ignore[operator]
        assert time.monotonic() < until, "it did not come about"
        time.sleep(0.05)


def stop(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[str, str]:
    """Stop a running system and return what it said."""
    process.send_signal(number)
    return process.communicate(timeout=30)

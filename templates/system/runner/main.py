"""The program: prepare, start, wait for health, run a command or watch, stop."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time

from runner import launch
from runner.databases import database_urls
from runner.failure import Failure
from runner.launch import Launch
from runner.options import parse
from runner.output import Output
from runner.process import Process, dies_with_parent
from runner.secret import shared_secrets
from runner.supervisor import Supervisor
from runner.system import GATEWAY, System, read_system, selected

_MODULES = ("flask", "gunicorn", "prometheus_client", "urllib3", "waitress")
_PROBE = (
    "import importlib.util as u, sys;"
    "print(' '.join(n for n in sys.argv[1:] if u.find_spec(n) is None))"
)


def main(arguments: list[str]) -> int:
    """Run the system; return its exit code, or that of the command it was started for."""
    options = parse(arguments)
    try:
        return _run(options)
    except Failure as failure:
        sys.stderr.write(f"run.py: {failure}\n")
        return 1


def _run(options: argparse.Namespace) -> int:
    system = read_system(options.system, options.python)
    started = launch.launches(selected(system, options.only), options.replicas, options.free_ports)
    _check_python(system)
    launch.check_ports(started)
    if options.check:
        sys.stdout.write("Everything that is needed is there.\n")
        return 0
    output = Output([entry.name for entry in started], options.quiet or bool(options.command))
    supervisor = Supervisor(_processes(system, started, output), output, options.grace)
    supervisor.listen()
    try:
        return _serve(supervisor, output, started, options)
    finally:
        supervisor.stop()


def _serve(
    supervisor: Supervisor, output: Output, started: list[Launch], options: argparse.Namespace
) -> int:
    begun = time.monotonic()
    supervisor.start(options.wait)
    if supervisor.asked_to_stop:
        return 0
    gateway = next((entry.url for entry in started if entry.member.name == GATEWAY), "")
    seconds = time.monotonic() - begun
    output.say(f"All {len(started)} are ready after {seconds:.1f} s. {gateway}")
    if options.command:
        return _command(supervisor, options.command, gateway)
    output.say("Stop with Ctrl-C.")
    supervisor.watch()
    return 0


def _command(supervisor: Supervisor, command: list[str], gateway: str) -> int:
    """Run a command against the system and return its exit code as a shell would."""
    try:
        process = subprocess.Popen(
            command,
            env={**os.environ, "GATEWAY_URL": gateway},
            preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it makes one system call
        )
    except OSError as error:
        raise Failure(f"{command[0]} can't be started: {error}") from error
    supervisor.watch(until=lambda: process.poll() is not None)
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    status = process.wait()
    return status if status >= 0 else 128 - status


def _processes(system: System, started: list[Launch], output: Output) -> list[Process]:
    secrets = shared_secrets(system.data)
    databases = database_urls(system)
    system.logs.mkdir(parents=True, exist_ok=True)
    processes = []
    for entry in started:
        log = launch.log_file(system, entry)
        log.write_bytes(b"")
        values = launch.environment(system, entry, started, secrets, databases)
        processes.append(Process(entry, launch.command(system, entry), values, log, output))
    return processes


def _check_python(system: System) -> None:
    """Raise if the interpreter can't be started or lacks what every service needs."""
    try:
        done = subprocess.run(
            [system.python, "-c", _PROBE, *_MODULES],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"{system.python} can't be used: {error}; see --python") from error
    missing = done.stdout.split()
    if missing:
        raise Failure(
            "{} lacks {}; install requirements.txt there, or name another with --python".format(
                system.python, ", ".join(missing)
            )
        )

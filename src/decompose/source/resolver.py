"""Asking a package resolver whether everything that a system needs installs together."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from decompose.domain.finding import Finding, Location, Severity
from decompose.errors import UserError

_TIMEOUT = 300.0
_NOISE = re.compile(r"^(?:ERROR:|error:|hint:|[\u00d7\u2570\u2500\u25b6\s])+")


def unresolvable(requirements: str, constraints: str, python: str) -> tuple[Finding, ...]:
    """Why `python` can't install the requirements within the constraints; empty where it can.

    Both are texts of files for pip, the first naming the second as `constraints.txt`. uv is asked
    where it is installed, else the interpreter's own pip; both ask the package index. Raises
    UserError where neither can be started.
    """
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "requirements.txt").write_text(requirements, encoding="utf-8")
        Path(folder, "constraints.txt").write_text(constraints, encoding="utf-8")
        try:
            done = subprocess.run(  # noqa: S603 - the resolver, on files of ours
                _command(python),
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise UserError(
                f"The resolver can't be asked: {error}",
                hint="Name an interpreter with --python, or leave the option out.",
            ) from error
    return () if done.returncode == 0 else (_finding(done.stderr),)


def _command(python: str) -> list[str]:
    if uv := shutil.which("uv"):
        return [uv, "pip", "compile", "--quiet", "--no-header", "--python", python,
                "requirements.txt"]  # fmt: skip
    return [python, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
            "--requirement", "requirements.txt"]  # fmt: skip


def _finding(said: str) -> Finding:
    lines = (_NOISE.sub("", line).strip() for line in said.splitlines())
    return Finding(
        location=Location(path="requirements.txt"),
        code="requirements-unsatisfiable",
        severity=Severity.ERROR,
        message=" ".join(line for line in lines if line) or "the resolver failed without a word",
        hint="Move the pins that are named, in the monolith first.",
    )

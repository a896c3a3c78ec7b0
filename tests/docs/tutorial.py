"""Runs what the tutorial shows, and writes what came out: `python -m tests.docs.tutorial`.

A `console` block that starts with `$ decompose` is run in a copy of the sample, and the rest of the
block is its output. A `toml` block is the boundary file from there on.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"^```(console|toml)\n(.*?)^```$", re.M | re.S)
_COLUMNS = "96"


def rerun(text: str, folder: Path) -> str:
    """The tutorial's text with the output that its commands have now; `folder` is empty."""
    sample = folder / "sample_monolith"
    left_out = shutil.ignore_patterns(".*", "__pycache__", "instance", "decompose.toml")
    shutil.copytree(ROOT / "sample_monolith", sample, ignore=left_out)

    def block(match: re.Match[str]) -> str:
        language, body = match[1], match[2]
        if language == "toml":
            (sample / "decompose.toml").write_text(body, encoding="utf-8")
        elif body.startswith("$ decompose "):
            command = body.split("\n", 1)[0]
            body = f"{command}\n{_output(command.removeprefix('$ '), folder)}"
        return f"```{language}\n{body}```"

    return _BLOCK.sub(block, text)


def _output(command: str, folder: Path) -> str:
    words = shlex.split(command)[1:]
    environment = {
        **os.environ,
        "COLUMNS": _COLUMNS,
        "NO_COLOR": "1",
        "TERM": "dumb",
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "decompose", *words],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return "".join(f"{line.rstrip()}\n" for line in done.stdout.rstrip().split("\n"))


def main() -> None:
    """Write the page anew."""
    with tempfile.TemporaryDirectory() as folder:
        text = rerun(PAGE.read_text(encoding="utf-8"), Path(folder))
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""Runs the kit's and the recorder's tests on the oldest and the newest Python: `make kit`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests" / "servicekit"
RECORDER = ROOT / "tests" / "recorder"
OLDEST, NEWEST = (3, 7), (3, 14)
Version = tuple[int, int]


def main(uv: str) -> int:
    """Run both; return 0 if all tests pass on both."""
    found = interpreters()
    old, new = min(found), max(found)
    sys.stdout.write("Found Python {}.\n".format(", ".join(map(_text, sorted(found)))))
    # The pins of old.txt are what people had on 3.7; a newer Python can't install them.
    runs = {"new": new, "old" if old == OLDEST else "new on the oldest": old}
    failed = [name for name, version in runs.items() if not passes(uv, name, version, found)]
    return 1 if failed else 0


def interpreters() -> dict[Version, str]:
    """Return each version that the kit supports and this machine has, on PATH or in pyenv."""
    found = {}
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        candidates = [shutil.which(f"python3.{minor}"), *pyenv.glob(f"3.{minor}.*/bin/python")]
        for candidate in filter(None, candidates):
            if _version(str(candidate)) == (3, minor):
                found[3, minor] = str(candidate)
    return found


def _version(interpreter: str) -> Version | None:
    code = "import sys; print(*sys.version_info[:2])"
    done = subprocess.run([interpreter, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:  # pyenv has names on PATH that start nothing
        return None
    major, minor = map(int, done.stdout.split())
    return major, minor


def passes(uv: str, name: str, version: Version, found: dict[Version, str]) -> bool:
    """Make an environment, and run the kit's tests in it."""
    pins = TESTS / "environments" / f"{name.partition(' ')[0]}.txt"
    sys.stdout.write(f"\nKit and recorder on Python {_text(version)}, with {pins.name}\n")
    sys.stdout.flush()
    folder = ROOT / ".cache" / f"kit-{_text(version)}"
    python = folder / "bin" / "python"
    _uv(uv, "venv", "--clear", "--python", found[version], folder)
    _uv(uv, "pip", "install", "--python", python, "-r", pins)
    command = [python, "-m", "pytest", "-q", "-c", TESTS / "kit.ini", TESTS, RECORDER]
    return subprocess.run(command, check=False, cwd=ROOT).returncode == 0


def _uv(uv: str, *arguments: object) -> None:
    subprocess.run([uv, "--quiet", *map(str, arguments)], check=True)


def _text(version: Version) -> str:
    return "{}.{}".format(*version)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

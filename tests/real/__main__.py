"""Writes what the applications really have and do into a folder, without analysing them.

python -m real FOLDER [APPLICATION ...]        (in `tests/`)
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from .apps import APPS
from .truth import Truth, observe
from .workspace import install


def as_json(truth: Truth) -> str:
    """Write a truth as JSON, sorted."""
    document = {
        "routes": [
            asdict(route) | {"library": truth.libraries.get(route, "")}
            for route in sorted(truth.routes)
        ],
        "tables": sorted(truth.tables),
        "accesses": [
            asdict(access) | {"stack": truth.places[access]} for access in sorted(truth.accesses)
        ],
    }
    return json.dumps(document, indent=1) + "\n"


def main(folder: Path, names: list[str]) -> None:
    """Observe the named applications, or all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for app in (app for app in APPS if not names or app.name in names):
        start = time.monotonic()
        truth = observe(install(app))
        (folder / f"{app.name}.json").write_text(as_json(truth), encoding="utf-8")
        counts = f"{len(truth.routes)} routes, {len(truth.tables)} tables"
        seconds = time.monotonic() - start
        line = (
            f"{app.name}: {counts}, {len(truth.accesses)} accesses; {truth.tests}; {seconds:.0f} s"
        )
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

"""Makes one application's journey: `python -m real.journeys NAME URL FILE` (in `tests/`)."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from real.browser import Browser, written

if __name__ == "__main__":
    name, target = sys.argv[1:]
    browser = Browser(os.environ["GATEWAY_URL"])
    try:
        importlib.import_module(f"real.journeys.{name}").travel(browser)
    finally:
        Path(target).write_text(written(browser.visits), encoding="utf-8")

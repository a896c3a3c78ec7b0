"""The recorder puts a moment before a process's clock; what is built on the clock keeps working."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

RECORDER = Path(__file__).parents[2] / "templates" / "recorder"
PROGRAM = """
from decompose_recorder import moment
moment.install()
import os, time

class Kept:
    local, utc, now, chance = time.localtime, time.gmtime, time.time, os.urandom
    words, text = time.ctime, time.asctime

with moment.at(moment.Moment(86400.0, "seed")):
    kept = Kept()
    assert kept.local(7) == time.localtime(7) and kept.utc(7) == time.gmtime(7)
    assert kept.utc().tm_mday == 2
    assert kept.now() == 86400.0 and len(kept.chance(9)) == 9
    assert kept.words() == kept.text() == time.strftime("%a %b %e %H:%M:%S %Y")

import logging
record = logging.LogRecord("shop", logging.INFO, "shop.py", 1, "said", (), None)
assert logging.Formatter("%(asctime)s %(message)s").format(record).endswith(" said")
"""


def test_kept_in_a_class() -> None:
    """A class may keep a function of the clock as its attribute, as `logging.Formatter` does."""
    done = subprocess.run(
        (sys.executable, "-c", PROGRAM),
        check=False, capture_output=True, text=True, env={"PYTHONPATH": str(RECORDER)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr

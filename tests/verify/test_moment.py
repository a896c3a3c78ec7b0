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


SALTS = """
import sys, types
bcrypt = types.ModuleType("bcrypt")
bcrypt.gensalt = lambda rounds=12, prefix=b"2b": b"drawn by compiled code"
sys.modules["bcrypt"] = bcrypt

from decompose_recorder import moment
moment.install()
def salt(seed, *arguments, **named):
    with moment.at(moment.Moment(86400.0, seed)):
        return bcrypt.gensalt(*arguments, **named)

assert bcrypt.gensalt() == b"drawn by compiled code"
assert salt("one") == salt("one") != salt("two")
assert salt("one").startswith(b"$2b$12$") and len(salt("one")) == 29
assert salt("one", 4, prefix=b"2a").startswith(b"$2a$04$")
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", program),
        check=False, capture_output=True, text=True, env={"PYTHONPATH": str(RECORDER)},
    )  # fmt: skip


def test_kept_in_a_class() -> None:
    """A class may keep a function of the clock as its attribute, as `logging.Formatter` does."""
    done = run(PROGRAM)
    assert done.returncode == 0, done.stderr


def test_salts_of_bcrypt() -> None:
    """bcrypt's salts follow from the seed, although its compiled code draws them elsewhere."""
    done = run(SALTS)
    assert done.returncode == 0, done.stderr

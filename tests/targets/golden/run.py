#!/usr/bin/env python3
"""Starts the whole system on this machine: `python run.py`, or `python run.py -- COMMAND`.

Needs nothing but Python 3.7 or newer; `python run.py --help` tells the rest.
"""

from __future__ import annotations

import sys

from runner.main import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/usr/bin/env python3
"""Moves the monolith's data into the services' databases: `python migrate.py --source URL`.

Needs nothing but Python 3.7 or newer; `python migrate.py --help` tells the rest.
"""

from __future__ import annotations

import sys

from runner.migration import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The limit: Python's own parser on every file below a folder, and nothing else."""

from __future__ import annotations

import ast
import gc
import sys
import warnings
from multiprocessing import Pool
from pathlib import Path


def parse(path: Path) -> None:
    """Parse one file, whatever is in it."""
    try:
        ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, RecursionError):
        return


def main() -> None:
    """Parse all below the first argument, on as many processes as the second says."""
    gc.disable()
    warnings.simplefilter("ignore")
    files = sorted((p for p in Path(sys.argv[1]).rglob("*.py") if p.is_file()),
                   key=lambda path: path.stat().st_size, reverse=True)  # fmt: skip
    if sys.argv[2] == "1":
        for path in files:
            parse(path)
        return
    with Pool(int(sys.argv[2]), gc.disable) as pool:
        pool.map(parse, files, chunksize=16)


if __name__ == "__main__":
    main()

"""Runs when Python starts with this folder on its path: starts the recorder, then the next one.

An environment may have a `sitecustomize` of its own; this one stands before it and runs it.
"""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


def _run_next():
    """Run the `sitecustomize` that would have been found without this folder."""
    others = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", others)
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


if os.environ.get("DECOMPOSE_RECORDER"):
    from decompose_recorder.start import start

    start(os.environ["DECOMPOSE_RECORDER"])
_run_next()

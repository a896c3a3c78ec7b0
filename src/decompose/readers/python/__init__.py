"""Python sources to facts, in one pass over the standard library's `ast`."""

from decompose.readers.python.reader import PythonReader

__all__ = ["PythonReader"]

"""The monolith's own tests: which service gets which of them, cut down like its code."""

from decompose.slice.suite.held import Held
from decompose.slice.suite.own import OwnSuite

__all__ = ["Held", "OwnSuite"]

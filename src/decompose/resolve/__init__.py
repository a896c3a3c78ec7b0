"""Facts to a system model: names, values, calls and data accesses resolved."""

from decompose.resolve.build import build_model

__all__ = ["build_model"]

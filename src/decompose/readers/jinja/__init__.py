"""Jinja templates to facts: parsed, never rendered, and lowered like Python code."""

from decompose.readers.jinja.reader import JinjaReader

__all__ = ["JinjaReader"]

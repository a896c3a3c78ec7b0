"""Templates to text: the only package that knows the template engine."""

from decompose.render.engine import asset, render
from decompose.render.escape import escape

__all__ = ["asset", "escape", "render"]

"""Templates to text: the only package that knows the template engine."""

from decompose.render.engine import asset, render
from decompose.render.escape import escape
from decompose.render.resources import tree

__all__ = ["asset", "escape", "render", "tree"]

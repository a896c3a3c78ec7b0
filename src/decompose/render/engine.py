"""The template environment: strict, escaping, without access to anything but its values."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from decompose.render.escape import escape
from decompose.render.resources import read

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import (  # noqa: PLC0415 - not all that is escaped is rendered
        Environment,
        FunctionLoader,
        StrictUndefined,
    )

    environment = Environment(
        loader=FunctionLoader(read),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["literal"] = escape
    return environment


def render(name: str, /, **values: object) -> str:
    """The template `name` with `values`; an unknown value is an error."""
    return _environment().get_template(name).render(**values)


def asset(name: str) -> str:
    """The text of the file `name` among the templates, as it is."""
    return read(name)

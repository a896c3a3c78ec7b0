"""Flask and its family: routes, hooks, templates, signals, tasks, commands."""

from decompose.readers.flask.library import FlaskLibrary

__all__ = ["FlaskLibrary"]

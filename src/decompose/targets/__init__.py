"""From a cut plan and its slices to the files of a system that runs."""

from decompose.targets.flask_system import flask_system

__all__ = ["flask_system"]

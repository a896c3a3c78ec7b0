"""Objects of Flask extensions that modules make."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.model import Entry, EntryKind
from decompose.resolve.engine import Engine
from decompose.resolve.values import Kind, Value


def extensions(engine: Engine) -> list[Entry]:
    """Module-level names that hold an object of a Flask extension."""
    found = []
    for module in engine.program.modules.values():
        if not module.definitions or module.facts.language != "python":
            continue
        activation = engine.activation(module.definitions[0], None)
        for name, bound in sorted(module.bound.items()):
            node = activation.variables.get(name)
            origin = engine.program.origin(module.facts.name, name)
            if node is None or origin != f"{module.facts.name}.{name}":
                continue
            for value in engine.held(node):
                if is_extension(value):
                    found.append(
                        Entry(
                            kind=EntryKind.EXTENSION,
                            name=value.name.removesuffix("()"),
                            handler=origin,
                            location=Location(path=module.facts.path, line=bound.line),
                        )
                    )
    return found


def is_extension(value: Value) -> bool:
    """Whether a value is an object of an extension's class (`flask_login.LoginManager()`)."""
    if value.kind is not Kind.EXTERNAL or not value.name.endswith("()"):
        return False
    path = value.name[:-2]
    package, _, name = path.rpartition(".")
    is_family = package.startswith(("flask_", "flask.ext")) or package in ("celery", "redis")
    return is_family and name[:1].isupper() and "(" not in path and name not in ("Blueprint",)

"""Writes down what a running application has, its URL map and its tables, as JSON.

Runs inside the application's own environment (any Python from 3.7 on) and uses the standard
library only. The one argument is a recipe, a JSON object: `factory` (`module:name` of a callable
or of the application itself), `arguments` and `keywords` (`@module:name` stands for that object),
`statements` (functions `module:name` called in the application's context once it exists, to
create tables that no metadata declares), `root` (the folder of the application's source) and
`output` (the file to write).
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import sqlite3
import sys
from pathlib import Path

import observe_legacy  # noqa: F401

AUTOMATIC_METHODS = {"HEAD", "OPTIONS"}


def load(reference):
    """Return the object that `module:name` stands for."""
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


def resolve(value):
    """Return the object that `@module:name` stands for, any other value as it is."""
    is_reference = isinstance(value, str) and value.startswith("@")
    return load(value[1:]) if is_reference else value


def make_application(recipe):
    """Create the application as its recipe says."""
    made = load(recipe["factory"])
    if hasattr(made, "url_map"):
        return made
    arguments = [resolve(value) for value in recipe["arguments"]]
    keywords = {name: resolve(value) for name, value in recipe["keywords"].items()}
    return made(*arguments, **keywords)


def location_of(view, root):
    """Return path (relative to `root`; absolute outside it) and line of a view."""
    try:
        path = os.path.realpath(inspect.getsourcefile(view))
        line = inspect.getsourcelines(view)[1]
    except (OSError, TypeError):
        return "", 0
    inside = path.startswith(root + os.sep) and "site-packages" not in path
    return (os.path.relpath(path, root) if inside else path), line


def describe_rule(application, rule, root):
    """Describe one rule; `library` names the package of a view from outside the source."""
    view = application.view_functions.get(rule.endpoint)
    view = inspect.unwrap(getattr(view, "view_class", view))
    path, line = location_of(view, root)
    module = getattr(view, "__module__", "") or ""
    return {
        "rule": rule.rule,
        "methods": sorted((rule.methods or set()) - AUTOMATIC_METHODS),
        "endpoint": rule.endpoint,
        "module": module,
        "name": getattr(view, "__qualname__", ""),
        "path": path,
        "line": line,
        "library": module.partition(".")[0] if Path(path).is_absolute() else "",
    }


def routes_of(application, root):
    """Describe all rules, sorted."""
    rules = [describe_rule(application, rule, root) for rule in application.url_map.iter_rules()]
    return sorted(rules, key=lambda rule: (rule["rule"], rule["endpoint"], rule["methods"]))


def metadata_tables(application):
    """Return the tables of every SQLAlchemy metadata that the application holds."""
    extension = application.extensions.get("sqlalchemy")
    if extension is None:
        return set()
    database = getattr(extension, "db", extension)
    metadatas = getattr(database, "metadatas", None) or {None: database.metadata}
    return {table.name for metadata in metadatas.values() for table in metadata.tables.values()}


def file_tables(application):
    """Return the tables of the SQLite file named by the configuration key `DATABASE`."""
    path = application.config.get("DATABASE")
    if not path or not Path(path).exists():
        return set()
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows if not name.startswith("sqlite_")}


def main():
    """Create the application and write down what it has."""
    recipe = json.loads(sys.argv[1])
    root = os.path.realpath(recipe["root"])
    application = make_application(recipe)
    with application.app_context():
        for reference in recipe["statements"]:
            load(reference)()
        tables = metadata_tables(application) | file_tables(application)
    found = {"routes": routes_of(application, root), "tables": sorted(tables)}
    Path(recipe["output"]).write_text(json.dumps(found, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()

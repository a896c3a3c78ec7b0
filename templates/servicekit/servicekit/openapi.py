"""An OpenAPI document of a service's own endpoints, from its rules and docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any, Dict, Iterator, Tuple

from flask import Flask

_PARAMETER = re.compile(r"<(?:(?P<type>\w+)(?:\((?P<arguments>[^>]*)\))?:)?(?P<name>\w+)>")
_SCHEMAS: Dict[str, Dict[str, Any]] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
}
_IMPLICIT = ("HEAD", "OPTIONS")


def document(app: Flask, name: str) -> Dict[str, Any]:
    """Return the OpenAPI 3.1 document of what `app` answers itself."""
    paths: Dict[str, Dict[str, Any]] = {}
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        if rule.build_only or rule.endpoint not in app.view_functions:
            continue
        path, parameters = _path(rule.rule)
        view = app.view_functions[rule.endpoint]
        for method in sorted((rule.methods or set()) - set(_IMPLICIT)):
            operation = _operation(rule.endpoint, method, view)
            if parameters:
                operation["parameters"] = parameters
            paths.setdefault(path, {}).setdefault(method.lower(), operation)
    return {"openapi": "3.1.0", "info": {"title": name, "version": "1"}, "paths": paths}


def _path(rule: str) -> Tuple[str, list]:  # type: ignore[type-arg]
    parameters = [
        {
            "name": found.group("name"),
            "in": "path",
            "required": True,
            "schema": _schema(found.group("type"), found.group("arguments")),
        }
        for found in _PARAMETER.finditer(rule)
    ]
    return _PARAMETER.sub(lambda found: "{" + found.group("name") + "}", rule), parameters


def _schema(kind: str, arguments: str) -> Dict[str, Any]:
    if kind == "any":
        return {"type": "string", "enum": [word.strip(" '\"") for word in arguments.split(",")]}
    return _SCHEMAS.get(kind, {"type": "string"})


def _operation(endpoint: str, method: str, view: Any) -> Dict[str, Any]:
    summary, _, description = _docstring(view, method).partition("\n")
    operation: Dict[str, Any] = {
        "operationId": f"{endpoint}.{method.lower()}",
        "tags": [endpoint.rpartition(".")[0] or "application"],
        "responses": {"default": {"description": "See the view's code"}},
    }
    operation.update(
        (key, text.strip())
        for key, text in (("summary", summary), ("description", description))
        if text.strip()
    )
    return operation


def _docstring(view: Any, method: str) -> str:
    """Return what a view says of itself; of a class-based one, its method first."""
    for candidate in _places(view, method):
        text = inspect.getdoc(candidate)
        if text:
            return text
    return ""


def _places(view: Any, method: str) -> Iterator[Any]:
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        yield view
        return
    yield getattr(view_class, method.lower(), None)
    yield view_class

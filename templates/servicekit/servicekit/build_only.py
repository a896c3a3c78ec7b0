"""Rules of other services' endpoints, known to this one only so that `url_for` works."""

from __future__ import annotations

from typing import Any, Dict, Iterable

from flask import Flask

from servicekit.description import BuildOnly


def add_rules(app: Flask, rules: Iterable[BuildOnly]) -> None:
    """Add the rules of endpoints that `app` doesn't have itself; none of them ever matches."""
    present = {rule.endpoint for rule in app.url_map.iter_rules()}
    for rule in rules:
        if rule.endpoint not in present:
            _add(app, rule)


def _add(app: Flask, rule: BuildOnly) -> None:
    options: Dict[str, Any] = {"endpoint": rule.endpoint, "build_only": True}
    if rule.methods:
        options["methods"] = rule.methods
    if rule.defaults:
        options["defaults"] = dict(rule.defaults)
    if rule.subdomain is not None:
        options["subdomain"] = rule.subdomain
    if rule.strict_slashes is not None:
        options["strict_slashes"] = rule.strict_slashes
    try:
        app.url_map.add(app.url_rule_class(rule.rule, **options))
    except (LookupError, ValueError) as error:
        raise LookupError(
            f"service.json: build_only: {rule.rule} of {rule.endpoint} can't be built here; "
            f"does the application register its converter? ({error})"
        ) from error

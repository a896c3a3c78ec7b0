"""Descriptions of the whole application, which a service can only give of itself."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import SystemModel

_SPECIFICATIONS = ("flask_restplus.Api.specs", "flask_restx.Api.specs")
"""What answers with the document, where the library's routes are known."""

_SERVED = {
    "apiflask.APIFlask": "/openapi.json",
    "flasgger.Swagger": "/apispec_1.json",
    "flask_apispec.FlaskApiSpec": "/swagger/",
    "flask_smorest.Api": "OPENAPI_URL_PREFIX",
}
"""Classes that serve a document by themselves, and where: a usual rule, or the setting with it."""

_BUILT = ("apispec.APISpec.to_dict", "apispec.APISpec.to_yaml")
"""What makes the document, where the application answers with it itself."""


def whole_documents(model: SystemModel) -> Iterator[Finding]:
    """Every route that describes the endpoints of all services."""
    building = {r.source for r in model.references if r.target in _BUILT}
    endpoints = {e.name for e in model.endpoints if building & {e.handler, *e.reaches}}
    for route in model.routes:
        if route.handler in _SPECIFICATIONS or route.endpoint in endpoints:
            yield _finding(route.rule, route.location)
    for reference in model.references:
        made = reference.target.removesuffix(".__init__")
        if reference.external and made in _SERVED:
            yield _finding(f"{_SERVED[made]} ({made})", reference.location)


def _finding(what: str, where: Location) -> Finding:
    return Finding(
        location=where,
        code="whole-application-document",
        severity=Severity.WARNING,
        message=f"{what} describes the whole application; a service describes only its own "
        "endpoints",
        hint="Compose the services' documents under [compositions], or merge them where they are "
        "published.",
    )

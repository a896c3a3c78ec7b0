"""Flask-RESTful and Flask-RESTX APIs: where they are mounted, what they add by themselves."""

from __future__ import annotations

from collections.abc import Iterator

from decompose.readers.flask.objects import Objects, Role, RouterObject
from decompose.readers.flask.routing import Routing, location
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundRoute
from decompose.resolve.sites import CallSite

_DOCUMENTED = ("flask_restx", "flask_restplus")


def attach(engine: Engine, objects: Objects, api: RouterObject, site: CallSite) -> None:
    """`Api(app_or_blueprint)`: the API's rules belong to what it is made for."""
    mount(engine, objects, api.value, site.argument(0, "app"), site)


def mount(engine: Engine, objects: Objects, api: int, target: int | None, site: CallSite) -> None:
    """Register an API on the applications and blueprints that a node holds."""
    if target is None:
        return

    def add(number: int) -> None:
        parent = objects.get(number)
        if parent is not None and parent.role in (Role.APP, Role.BLUEPRINT):
            parent.children.append((api, site))

    engine.watch(target, add)


def library_routes(engine: Engine, objects: Objects, routing: Routing) -> Iterator[FoundRoute]:
    """What the documented kinds of API serve by themselves: root, specification, Swagger UI."""
    for item in list(objects.all.values()):
        if item.role is not Role.API or not item.path.startswith(_DOCUMENTED):
            continue
        for prefix, names in routing.mounts_of(item):
            yield from _documentation(engine, item, prefix, names)


def _documentation(
    engine: Engine, item: RouterObject, prefix: str, names: tuple[str, ...]
) -> Iterator[FoundRoute]:
    site = item.site
    if site is None:
        return
    doc = engine.texts(site.argument(-1, "doc")) or ["/"]
    rows = [(prefix + doc[0], "doc"), (f"{prefix}/", "root"), (f"{prefix}/swagger.json", "specs")]
    for rule, endpoint in rows:
        yield FoundRoute(
            rule=rule,
            handler=f"{item.path}.{endpoint}",
            methods=("GET",),
            endpoint=".".join((*names, endpoint)),
            blueprint=".".join(names),
            handlers=(),
            location=location(site),
        )
    yield FoundRoute(
        rule="/swaggerui/<path:filename>",
        handler="flask.Blueprint.send_static_file",
        methods=("GET",),
        endpoint="restx_doc.static"
        if item.path.startswith("flask_restx")
        else "restplus_doc.static",
        blueprint="",
        handlers=(),
        location=location(site),
    )

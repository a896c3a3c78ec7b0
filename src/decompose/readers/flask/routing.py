"""From registered rules and registrations to routes, as Flask's own url_map would hold them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from decompose.domain.finding import Location
from decompose.readers.flask.objects import Objects, Role, RouterObject, Rule
from decompose.readers.flask.views import (
    as_view_names,
    class_methods,
    view_functions,
    wrapped,
)
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundRoute
from decompose.resolve.program import Definition
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind

_HIDDEN_METHODS = {"HEAD", "OPTIONS"}
_MOST_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Mount:
    """Where an object's rules end up: URL prefix, endpoint prefix, namespace, blueprint name."""

    prefix: str = ""
    names: tuple[str, ...] = ()
    namespace: str = ""
    is_default_namespace: bool = True


class Routing:
    """Walks the registrations from each application down."""

    def __init__(self, engine: Engine, objects: Objects) -> None:
        self.engine = engine
        self.objects = objects
        self.reached: set[int] = set()
        self._mounted: dict[int, list[tuple[str, tuple[str, ...]]]] = {}
        self.searches: list[tuple[CallSite, list[RouterObject]]] = []

    def routes(self) -> list[FoundRoute]:
        """All routes of all applications outside tests; objects that nobody registers too."""
        found: list[FoundRoute] = []
        apps = [o for o in self.objects.all.values() if o.role is Role.APP]
        apps = [a for a in apps if not self._is_test(a)] or apps
        self._search(apps)
        for app in apps:
            found += self._static(app, Mount(), "static", "flask.Flask.send_static_file")
            found += self._walk(app, Mount(), 0)
        return sorted(
            {(r.rule, r.methods, r.endpoint): r for r in found}.values(),
            key=lambda r: (r.rule, r.endpoint, r.methods),
        )

    def mounts_of(self, item: RouterObject) -> list[tuple[str, tuple[str, ...]]]:
        """URL prefix and endpoint names of each place where an object is mounted."""
        return self._mounted.get(item.value, [])

    def unregistered(self) -> list[RouterObject]:
        """Objects with rules that no application reaches."""
        return [
            o
            for o in self.objects.all.values()
            if o.value not in self.reached and o.rules and not self._is_test(o)
        ]

    def _search(self, apps: Sequence[RouterObject]) -> None:
        """Let the first call that registers what it looks for at run time find what is left."""
        known = {number for item in self.objects.all.values() for number, _ in item.children}
        left = [o for o in self.objects.all.values() if o.value not in known and self._is_left(o)]
        for app in apps:
            for node, site in app.registered:
                made_somewhere = any(item.site for item in self.objects.of_node(node))
                if left and not made_somewhere and not self.searches:
                    app.children += [(item.value, site) for item in left]
                    self.searches.append((site, left))

    def _is_left(self, item: RouterObject) -> bool:
        """Whether an object that nobody registers waits in a module for somebody who does."""
        if item.role is not Role.BLUEPRINT or item.site is None or self._is_test(item):
            return False
        in_module = item.site.activation.definition.facts.kind == "module"
        return in_module and bool(item.rules or item.children)

    def _is_test(self, item: RouterObject) -> bool:
        if item.site is None:
            return False
        path = item.site.activation.definition.module.facts.path
        return is_test_path(path)

    def _walk(self, item: RouterObject, mount: Mount, depth: int) -> Iterator[FoundRoute]:
        if depth > _MOST_DEPTH:
            return
        self.reached.add(item.value)
        self._mounted.setdefault(item.value, []).append((mount.prefix, mount.names))
        seen: dict[str, int] = {}
        for rule in item.rules:
            yield from self._routes(item, rule, mount, seen)
        for child_number, site in item.children:
            child = self.objects.get(child_number)
            if child is not None:
                for inner in self._mounts(item, child, site, mount):
                    if child.role is Role.BLUEPRINT:
                        name = ".".join((*inner.names, "static"))
                        view = "flask.Blueprint.send_static_file"
                        yield from self._static(child, inner, name, view)
                    yield from self._walk(child, inner, depth + 1)

    # Registrations ---------------------------------------------------------------------------

    def _mounts(
        self, parent: RouterObject, child: RouterObject, site: CallSite, mount: Mount
    ) -> list[Mount]:
        if child.role is Role.API:
            return [
                Mount(self._joined(mount.prefix, p), mount.names)
                for p in self._prefixes(child, "prefix", None)
            ]
        if child.role is Role.NAMESPACE:
            return self._namespace_mounts(child, site, mount)
        given = self.engine.texts(site.argument(-1, "url_prefix"))
        own = self._prefixes(child, "url_prefix", None)
        return [
            Mount(self._joined(mount.prefix, prefix), (*mount.names, name))
            for prefix in (given or own)
            for name in self._blueprint_names(child, site)
        ]

    def _namespace_mounts(self, child: RouterObject, site: CallSite, mount: Mount) -> list[Mount]:
        name = self._option(child, 0, "name") or "default"
        path = self.engine.texts(site.argument(1, "path")) or self._prefixes(child, "path", None)
        prefix = path[0] if path and path != [""] else f"/{name}"
        is_default = name == "default"
        return [Mount(mount.prefix + ("" if is_default else prefix), mount.names, name, is_default)]

    def _blueprint_names(self, child: RouterObject, site: CallSite) -> list[str]:
        given = self.engine.texts(site.argument(-1, "name"))
        return given or self._texts(child, 0, "name") or ["?"]

    def _joined(self, outer: str, inner: str) -> str:
        if outer and inner:
            return f"{outer.rstrip('/')}/{inner.lstrip('/')}"
        return outer or inner

    def _texts(self, item: RouterObject, position: int, keyword: str) -> list[str]:
        """A constructor argument; a subclass's constructor may pass the base's on as it is."""
        if item.site is None:
            return []
        return self.engine.texts(item.site.argument(position, keyword))

    def _option(self, item: RouterObject, position: int, keyword: str) -> str:
        texts = self._texts(item, position, keyword)
        return texts[0] if texts else ""

    def _prefixes(self, item: RouterObject, keyword: str, position: int | None) -> list[str]:
        return self._texts(item, -1 if position is None else position, keyword) or [""]

    # Rules -----------------------------------------------------------------------------------

    def _routes(
        self, item: RouterObject, rule: Rule, mount: Mount, seen: dict[str, int]
    ) -> Iterator[FoundRoute]:
        handlers = tuple(view_functions(self.engine, rule.views))
        if rule.views is not None and not self.engine.numbers(rule.views):
            return  # a helper's body as such: its calls have the views
        methods = self._methods(rule, handlers)
        rules = list(dict.fromkeys(text for node in rule.rules for text in self.engine.texts(node)))
        for endpoint in self._endpoints(item, rule, handlers, mount, seen):
            for text in rules:
                yield FoundRoute(
                    rule=self._rule(text, mount, rule),
                    handler=self._handler(rule, handlers, endpoint),
                    methods=methods,
                    endpoint=".".join((*mount.names, endpoint)),
                    blueprint=".".join(mount.names),
                    handlers=handlers,
                    location=location(rule.site),
                )

    def _handler(self, rule: Rule, handlers: tuple[int, ...], endpoint: str) -> str:
        if rule.decorated is not None:
            return rule.decorated.id
        for handler in handlers:
            definition = wrapped(self.engine, handler)
            if _short(definition) == endpoint:
                return definition.id
        return wrapped(self.engine, handlers[0]).id if handlers else ""

    def _rule(self, text: str, mount: Mount, rule: Rule) -> str:
        if rule.is_resource:
            return (mount.prefix.rstrip("/") if text.startswith("/") else mount.prefix) + text
        if not mount.prefix:
            return text
        return f"{mount.prefix.rstrip('/')}/{text.lstrip('/')}" if text else mount.prefix

    def _methods(self, rule: Rule, handlers: tuple[int, ...]) -> tuple[str, ...]:
        if isinstance(rule.methods, tuple):
            return rule.methods
        given: list[str] = []
        if rule.methods is not None:
            for number in self.engine.numbers(rule.methods):
                if self.engine.values[number].kind is Kind.CONTAINER:
                    given += self.engine.texts(self.engine.calls.containers.all(number))
        if not given:
            for handler in handlers:
                if self.engine.values[handler].kind is Kind.CLASS:
                    given += self._class_methods(handler)
        wanted = {method.upper() for method in given} or {"GET"}
        return tuple(sorted(wanted - _HIDDEN_METHODS))

    def _class_methods(self, class_: int) -> tuple[str, ...]:
        methods = class_methods(self.engine, class_)
        return tuple(m for m in methods if m not in _HIDDEN_METHODS) or methods

    def _endpoints(
        self,
        item: RouterObject,
        rule: Rule,
        handlers: tuple[int, ...],
        mount: Mount,
        seen: dict[str, int],
    ) -> list[str]:
        given = self.engine.texts(rule.endpoint)
        if not given and rule.views is not None:
            given = as_view_names(self.engine, rule.views)
        if given:
            return list(dict.fromkeys(given))
        if rule.decorated is not None and not rule.is_resource:
            return [_short(rule.decorated)]
        names = [_short(wrapped(self.engine, h)) for h in handlers]
        if rule.is_resource:
            return [self._resource_endpoint(item, name, mount, seen) for name in names[:1]]
        return list(dict.fromkeys(names)) or ["?"]

    def _resource_endpoint(
        self, item: RouterObject, name: str, mount: Mount, seen: dict[str, int]
    ) -> str:
        """Flask-RESTful lowers the class's name, Flask-RESTX separates its words and numbers."""
        if item.path.startswith("flask_restful"):
            return name.lower()
        words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name))
        endpoint = words.lower()
        if mount.namespace and not mount.is_default_namespace:
            endpoint = f"{mount.namespace}_{endpoint}"
        seen[endpoint] = seen.get(endpoint, 0) + 1
        return endpoint if seen[endpoint] == 1 else f"{endpoint}_{seen[endpoint]}"

    # Static files ----------------------------------------------------------------------------

    def _static(
        self, item: RouterObject, mount: Mount, endpoint: str, view: str
    ) -> Iterator[FoundRoute]:
        folder_node = item.site.argument(-1, "static_folder") if item.site else None
        folder = self.engine.texts(folder_node)
        is_app = item.role is Role.APP
        if (not folder and not is_app) or (is_app and folder_node is not None and not folder):
            return
        name = folder[0].rstrip("/").rpartition("/")[2] if folder else "static"
        url = self._option(item, -1, "static_url_path") or f"/{name}"
        yield FoundRoute(
            rule=self._joined(mount.prefix, f"{url.rstrip('/')}/<path:filename>"),
            handler=view,
            methods=("GET",),
            endpoint=endpoint,
            blueprint=".".join(mount.names),
            handlers=(),
            location=location(item.site) if item.site else Location(path=view),
        )


def _short(definition: Definition) -> str:
    return definition.facts.name.rpartition(".")[2]


def location(site: CallSite) -> Location:
    """Where a call stands."""
    return Location(path=site.activation.definition.module.facts.path, line=site.line)


def is_test_path(path: str) -> bool:
    """Whether a file is a test by the usual names."""
    parts = path.split("/")
    name = parts[-1]
    if any(part in ("tests", "test", "testing") for part in parts[:-1]):
        return True
    return name.startswith(("test_", "conftest")) or name.endswith("_test.py")

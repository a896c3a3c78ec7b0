"""The Flask family as a `Library`: dispatches what the engine meets to the parts that know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from decompose.domain.finding import Finding, Severity
from decompose.readers.flask import rest
from decompose.readers.flask.configuration import Configuration
from decompose.readers.flask.extensions import extensions
from decompose.readers.flask.forms import Forms
from decompose.readers.flask.hooks import HOOKS, TASK_QUEUES, Hooks
from decompose.readers.flask.identity import Identity
from decompose.readers.flask.objects import Objects, Role, RouterObject, Rule, role_of_path
from decompose.readers.flask.routing import Routing, location
from decompose.readers.flask.signals import Signals
from decompose.readers.flask.templates import Templates
from decompose.readers.flask.urls import Urls
from decompose.readers.flask.views import HTTP_METHODS, run_class, view_functions
from decompose.resolve.engine import Engine
from decompose.resolve.library import Contribution, Library
from decompose.resolve.program import Definition
from decompose.resolve.sites import Activation, CallSite, Place
from decompose.resolve.values import Kind, Value

_APP_PARAMETERS = frozenset({"app", "application", "flask_app", "state"})
_SHORTCUTS = frozenset(HTTP_METHODS) - {"head", "options", "trace"}


class FlaskLibrary(Library):
    """Understands Flask, its REST extensions, Flask-Login, blinker, click, Celery and RQ."""

    families = ("flask", "quart", "werkzeug", "wtforms", "blinker", "jinja", "click", "typer",
                *TASK_QUEUES)  # fmt: skip

    def start(self, engine: Engine) -> None:
        """Take the engine, and the names that stand for objects made elsewhere."""
        self.engine = engine
        self.objects = Objects(engine)
        self.current_app = engine.node()
        engine.aliases["flask.current_app"] = self.current_app
        self.identity = Identity(engine)
        self.configuration = Configuration(engine)
        self.hooks = Hooks(engine)
        self.templates = Templates(engine, self.identity, self.hooks)
        self.signals = Signals(engine, self.hooks)
        self.urls = Urls(engine)
        self.forms = Forms(engine)
        self._seeded: set[int] = set()
        engine.later(self._seed_applications)

    # Values ----------------------------------------------------------------------------------

    def attribute(self, value: int, attr: str, place: Place, result: int) -> bool:
        """Attributes of proxies, configuration and tasks."""
        self.identity.touch(value, place)
        self.configuration.attribute(value, attr, place)
        return False

    def item(self, value: int, key: str, place: Place) -> None:
        """An item of the configuration."""
        self.configuration.item(value, key, place)

    def store(self, value: int, attr: str, node: int, place: Place) -> None:
        """An option of an extension's object."""
        self.urls.store(self.engine.values[value], attr, node, place)

    def variable(self, activation: Activation, name: str) -> int | None:
        """A template's globals."""
        return self.templates.variable(activation, name)

    def call(self, value: int, site: CallSite) -> bool:
        """A call into Flask or its family."""
        held = self.engine.values[value]
        if held.kind is not Kind.EXTERNAL:
            return False
        name = held.name.rpartition(".")[2]
        if name == "init_app" and (api := self.objects.get(held.link)) is not None:
            rest.mount(self.engine, self.objects, api.value, site.argument(0, "app"), site)
        router = self._receiver(held)
        if router is not None:
            self._router_call(router, name, site)
        elif name.endswith("()") and held.link >= 0:
            self._returned_call(held, name, site)
        self._constructed(held, value, site)
        return (
            self.configuration.call(held, name, site)
            or self.identity.call(held, name, site)
            or self.urls.call(held, name, site)
            or self.templates.call(held, name, site)
            or self.forms.call(held, name, site)
            or self.signals.call(value, held, name, site)
            or self.hooks.call(held, name, site)
        )

    def construct(self, value: int, site: CallSite) -> None:
        """A subclass of ours of an application, blueprint or API class is made."""
        made = self.engine.instance(value, site.number)
        self._meet(made, site)
        self.forms.construct(value, site)

    def _constructed(self, held: Value, value: int, site: CallSite) -> None:
        if role_of_path(held.name) is not None:
            self._meet(self.engine.external(f"{held.name}()", value, site.number), site)

    def _meet(self, made: int, site: CallSite) -> None:
        router = self.objects.get(made)
        if router is None:
            return
        if router.role is Role.APP:
            self.engine.add(self.current_app, made)
        if router.role is Role.API:
            rest.attach(self.engine, self.objects, router, site)

    def _receiver(self, held: Value) -> RouterObject | None:
        """The router object whose method a value is."""
        return self.objects.get(held.link) if held.link >= 0 else None

    # Routers ---------------------------------------------------------------------------------

    def _router_call(self, router: RouterObject, name: str, site: CallSite) -> None:
        action = _ROUTER_METHODS.get(name)
        if action is not None:
            action(self, router, site)
        elif name in HOOKS:
            self.hooks.register(router, name, site, None)

    def _add_url_rule(self, router: RouterObject, site: CallSite) -> None:
        rule, views = site.argument(0, "rule"), site.argument(2, "view_func")
        if rule is None:
            return
        endpoint = site.argument(1, "endpoint")
        router.rules.append(
            Rule(site, (rule,), endpoint, site.argument(-1, "methods"), views, None)
        )
        if views is not None:
            self._run_views(views)

    def _run_views(self, views: int) -> None:
        def run(_: int) -> None:
            for number in view_functions(self.engine, views):
                if number not in self._seeded and self.engine.values[number].kind is Kind.CLASS:
                    self._seeded.add(number)
                    run_class(self.engine, number)

        self.engine.watch(views, run)

    def _register(self, router: RouterObject, site: CallSite) -> None:
        child = site.argument(0, "blueprint")
        if child is None:
            child = site.argument(0, "ns")
        if child is None:
            return
        router.registered.append((child, site))

        def add(number: int) -> None:
            found = self.objects.get(number)
            if found is not None and found.value != router.value:
                router.children.append((number, site))

        self.engine.watch(child, add)

    def _add_resource(self, router: RouterObject, site: CallSite) -> None:
        view = site.argument(0)
        if view is None:
            return
        rules = self._spread(site.args[1:])
        endpoint = site.argument(-1, "endpoint")
        router.rules.append(Rule(site, rules, endpoint, None, view, None, is_resource=True))
        self._run_views(view)

    def _returned_call(self, held: Value, name: str, site: CallSite) -> None:
        """What `@router.route(...)` returned is called with the view."""
        method = self.engine.values[held.link]
        router = self._receiver(method) if method.link >= 0 else None
        if router is None or held.index >= len(self.engine.sites):
            return
        made = self.engine.sites[held.index]
        verb = name.removesuffix("()")
        views = site.argument(0)
        if views is None:
            return
        decorated = self.engine.decorating.get(site.number)
        if verb == "route" or verb in _SHORTCUTS:
            self._decorated_rule(router, verb, made, views, decorated)
        elif verb in HOOKS:
            self.hooks.register(router, verb, site, made)
        elif router.role in (Role.API, Role.NAMESPACE):
            self.engine.edge(views, site.result)  # `doc(...)(view)` gives the view

    def _decorated_rule(
        self,
        router: RouterObject,
        verb: str,
        made: CallSite,
        views: int,
        decorated: Definition | None,
    ) -> None:
        methods: int | tuple[str, ...] | None = made.argument(-1, "methods")
        if verb in _SHORTCUTS:
            methods = (verb.upper(),)
        is_resource = router.role in (Role.API, Role.NAMESPACE)
        rules = self._spread(made.args)
        keyword = made.argument(-1, "rule")
        if not rules and keyword is not None:
            rules = (keyword,)
        if not is_resource:
            rules = rules[:1]
        endpoint = made.argument(-1, "endpoint")
        rule = Rule(made, rules, endpoint, methods, views, decorated, is_resource=is_resource)
        router.rules.append(rule)
        self._run_views(views)

    def _spread(self, args: tuple[tuple[int, bool], ...]) -> tuple[int, ...]:
        """The nodes of positional arguments, with one for all items of each starred one."""
        nodes = []
        for node, starred in args:
            nodes.append(self._items(node) if starred else node)
        return tuple(nodes)

    def _items(self, node: int) -> int:
        result = self.engine.node()

        def spread(number: int) -> None:
            if self.engine.values[number].kind is Kind.CONTAINER:
                self.engine.edge(self.engine.calls.containers.all(number), result)

        self.engine.watch(node, spread)
        return result

    # Applications that reach a function from outside -----------------------------------------

    def _seed_applications(self) -> None:
        """A parameter named `app` that nothing reaches gets the application (plugins, hooks)."""
        seeded = False
        for activation in list(self.engine.activations):
            for param in activation.definition.facts.params:
                node = activation.variables.get(param.name)
                if param.name not in _APP_PARAMETERS or node is None:
                    continue
                if not self.engine.numbers(node) and self.engine.numbers(self.current_app):
                    self.engine.edge(self.current_app, node)
                    seeded = True
        if seeded:
            self.engine.later(self._seed_applications)

    def _links(self) -> set[tuple[int, int]]:
        parts = (self.identity, self.templates, self.signals, self.forms)
        return {link for part in parts for link in part.links}

    # Result ----------------------------------------------------------------------------------

    def contribution(self) -> Contribution:
        """Routes, entries, links and what could not be placed."""
        routing = Routing(self.engine, self.objects)
        routes = [*routing.routes(), *rest.library_routes(self.engine, self.objects, routing)]
        return Contribution(
            routes=tuple(routes),
            entries=(*self.hooks.entries, *self.identity.entries),
            bare_entries=(*self.configuration.entries(), *extensions(self.engine)),
            references=(
                *self.templates.references,
                *self.configuration.references,
                *self.urls.references(routes),
            ),
            links=tuple(sorted(self._links())),
            findings=(
                *(_unregistered(item) for item in routing.unregistered()),
                *(_searched(*found) for found in routing.searches),
                *sorted(self.urls.findings(routes)),
            ),
        )


def _unregistered(item: RouterObject) -> Finding:
    site = item.rules[0].site
    return Finding(
        location=location(item.site or site),
        code="unregistered-blueprint",
        severity=Severity.WARNING,
        message=f"Rules ({len(item.rules)}) are registered on an object that no application uses.",
        hint="If it is registered dynamically, pin its modules in decompose.toml.",
    )


def _searched(site: CallSite, items: Sequence[RouterObject]) -> Finding:
    return Finding(
        location=location(site),
        code="blueprints-searched",
        severity=Severity.NOTE,
        message=f"Blueprints are looked for at run time here: the {len(items)} that nothing else "
        "registers are taken to be found.",
        hint="Leave the paths of those that are not out with `ignore`.",
    )


_ROUTER_METHODS: dict[str, Callable[[FlaskLibrary, RouterObject, CallSite], None]] = {
    "add_url_rule": FlaskLibrary._add_url_rule,
    "register_blueprint": FlaskLibrary._register,
    "add_namespace": FlaskLibrary._register,
    "add_resource": FlaskLibrary._add_resource,
}

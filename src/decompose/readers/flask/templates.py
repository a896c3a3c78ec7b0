"""Rendering: a template runs where it is rendered, with what it is rendered with."""

from __future__ import annotations

from decompose.domain.model import ReferenceKind
from decompose.readers.flask.hooks import Hooks
from decompose.readers.flask.identity import Identity
from decompose.resolve import names
from decompose.resolve.containers import each
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundReference
from decompose.resolve.sites import Activation, CallSite
from decompose.resolve.values import Kind, Value

_GLOBALS = {
    "g": "flask.g",
    "request": "flask.request",
    "session": "flask.session",
    "config": "flask.current_app.config",
    "url_for": "flask.url_for",
    "get_flashed_messages": "flask.get_flashed_messages",
}
_ITEM_FILTERS = frozenset(
    {"filter:first", "filter:last", "filter:random", "filter:max", "filter:min"}
)
_SAME_FILTERS = frozenset(
    [
        "filter:default",
        "filter:d",
        "filter:sort",
        "filter:list",
        "filter:reverse",
        "filter:unique",
        "filter:safe",
        "filter:selectattr",
        "filter:rejectattr",
        "filter:select",
        "filter:reject",
        "filter:items",
        "filter:batch",
        "filter:slice",
        "filter:dictsort",
    ]
)


class Templates:
    """Knows the templates by name, links renderings to them, shares contexts."""

    def __init__(self, engine: Engine, identity: Identity, hooks: Hooks) -> None:
        self.engine = engine
        self.identity = identity
        self.links: set[tuple[int, int]] = set()
        self.references: list[FoundReference] = []
        self._globals: dict[str, int] = {}
        self._hooks = hooks
        self._linked: set[tuple[int, int]] = set()
        engine.later(self._provide)

    # Context ---------------------------------------------------------------------------------

    def variable(self, activation: Activation, name: str) -> int | None:
        """Flask's globals, context processors' values, registered filters."""
        if name == "current_user":
            self.identity.use(activation.number)
            return self.identity.user
        node = self._globals.get(name)
        if node is None:
            node = self._globals[name] = self.engine.node()
            if name in _GLOBALS:
                self.engine.add_external(node, _GLOBALS[name])
        return node

    def _provide(self) -> None:
        """Let globals hold what context processors and filters give, once these are known."""
        for node in self._hooks.context_processors:
            self.engine.watch(node, self._processor)
        self._hooks.context_processors.clear()
        for group, name, node in self._hooks.template_functions:
            for label in [name] if name else self._function_names(node):
                self.engine.edge(node, self._global(group + label))
        self._hooks.template_functions.clear()

    def _global(self, name: str) -> int:
        node = self._globals.get(name)
        if node is None:
            node = self._globals[name] = self.engine.node()
        return node

    def _function_names(self, node: int) -> list[str]:
        definitions = self.engine.program.definitions
        return [
            definitions[v.index].facts.name.rpartition(".")[2]
            for v in self.engine.held(node)
            if v.kind is Kind.FUNCTION
        ]

    def _processor(self, number: int) -> None:
        """A context processor runs at each rendering; what it returns is in the context."""
        value = self.engine.values[number]
        if value.kind is not Kind.FUNCTION:
            return
        parent = self.engine.activations[value.link] if value.link >= 0 else None
        definition = self.engine.program.definitions[value.index]
        activation = self.engine.activation(definition, parent)
        self.engine.watch(activation.returns, self._mapping)

    def _mapping(self, number: int) -> None:
        if self.engine.values[number].kind is not Kind.CONTAINER:
            return
        containers = self.engine.calls.containers
        for key in containers.keys(number):
            if isinstance(key, str):
                self.engine.edge(containers.item(number, key), self._global(key))

    # Calls -----------------------------------------------------------------------------------

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """`render_template`, `{% extends %}`, `{% include %}`, filters, globals' updates."""
        if held.name.startswith("jinja."):
            return self._jinja(held.name.removeprefix("jinja."), site)
        if "template" in name and ("render" in name or name in ("get_template", "select_template")):
            self._render(site)
        elif held.name.endswith((".jinja_env.globals.update", ".globals.update")):
            for key, node in site.kwargs:
                self.engine.edge(node, self._global(key))
        return False

    def _jinja(self, name: str, site: CallSite) -> bool:
        first = site.argument(0)
        if first is None:
            return False
        if name in ("@extends", "@include", "@import"):
            self._watch_names(first, site, shared=True)
            return True
        if name in _SAME_FILTERS:
            self.engine.edge(first, site.result)
            second = site.argument(1)
            if second is not None and name in ("filter:default", "filter:d"):
                self.engine.edge(second, site.result)
            return True
        if name in _ITEM_FILTERS:
            self.engine.calls.iterate(first, site.place, site.result)
            return True
        return name.startswith(("filter:", "test:"))

    def _render(self, site: CallSite) -> None:
        for node, starred in site.args:
            if not starred:
                self._watch_names(node, site, shared=False)
        for name, node in site.kwargs:
            if name in ("template_name_or_list", "template_name", "template"):
                self._watch_names(node, site, shared=False)

    def _watch_names(self, node: int, site: CallSite, *, shared: bool) -> None:
        each(self.engine, node, lambda number: self._named(number, site, shared))

    def _named(self, number: int, site: CallSite, shared: bool) -> None:
        value = self.engine.values[number]
        if not isinstance(value.data, str):
            return
        entry = self.engine.program.modules.get(f"template:{value.data}")
        if entry is None or not entry.definitions:
            return
        template = self.engine.activation(entry.definitions[0], None)
        self.links.add((site.activation.number, template.number))
        self.references.append(
            FoundReference(
                activation=site.activation.number,
                target=entry.definitions[0].id,
                kind=ReferenceKind.TEMPLATE,
                line=site.line,
            )
        )
        if shared:
            root = names.module_activation(self.engine, site.activation)
            names.share_context(self.engine, root, template)
        else:
            self._pass(site, template)

    def _pass(self, site: CallSite, template: Activation) -> None:
        if (site.number, template.number) in self._linked:
            return
        self._linked.add((site.number, template.number))
        for name, node in site.kwargs:
            if name == "**":
                self.engine.watch(node, lambda value: self._pass_mapping(value, template))
            else:
                self.engine.edge(node, self._context(template, name))

    def _pass_mapping(self, number: int, template: Activation) -> None:
        if self.engine.values[number].kind is not Kind.CONTAINER:
            return
        containers = self.engine.calls.containers
        for key in list(containers.keys(number)):
            if isinstance(key, str):
                self.engine.edge(containers.item(number, key), self._context(template, key))

    def _context(self, template: Activation, name: str) -> int:
        return names.context_variable(self.engine, template, name)

"""`app.config`: the constants of the objects and files that it is filled from."""

from __future__ import annotations

from decompose.resolve import names
from decompose.resolve.engine import Activation, CallSite, Engine
from decompose.resolve.values import Kind, Value


class Configuration:
    """Lets items of configuration hold what configuration classes and modules define."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._filled: set[int] = set()

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """`config.from_object(...)`, `from_mapping`, `update`, `get`, `setdefault`."""
        if not held.name.endswith(f".config.{name}") or held.link < 0:
            return False
        first = site.argument(0)
        if name in ("from_object", "from_pyfile") and first is not None:
            self.engine.watch(first, lambda source: self._fill(held.link, source))
            self.engine.later(lambda: self._fill_from_any(held.link))
        elif name in ("from_mapping", "update"):
            for key, node in site.kwargs:
                self._put(held.link, key, node)
        elif name in ("get", "setdefault") and first is not None:
            self._get(held.link, first, site)
        return False

    def _put(self, config: int, key: str, node: int) -> None:
        self.engine.edge(node, self.engine.field(config, f"[{key!r}]"))

    def _get(self, config: int, key: int, site: CallSite) -> None:
        default = site.argument(1)
        if default is not None:
            self.engine.edge(default, site.result)

        def read(number: int) -> None:
            text = self.engine.values[number].data
            if isinstance(text, str):
                self.engine.edge(self.engine.field(config, f"[{text!r}]"), site.result)

        self.engine.watch(key, read)

    def _fill(self, config: int, source: int) -> None:
        value = self.engine.values[source]
        if value.kind is Kind.CLASS:
            self._fill_from_class(config, source)
        elif value.kind is Kind.INSTANCE:
            self._fill_from_class(config, value.link)
        elif value.kind is Kind.MODULE:
            self._fill_from_module(config, value.name)
        elif isinstance(value.data, str):
            self._fill_from_path(config, value.data)

    def _fill_from_path(self, config: int, path: str) -> None:
        if path in self.engine.program.modules:
            self._fill_from_module(config, path)
            return
        module, _, name = path.replace(":", ".").rpartition(".")
        node = names.global_node(self.engine, module, name)
        if node is not None:
            self.engine.watch(node, lambda source: self._fill(config, source))

    def _fill_from_class(self, config: int, class_: int) -> None:
        entry = self.engine.calls.classes.entry(class_)
        for number in entry.order if entry is not None else []:
            inner = self.engine.calls.classes.entry(number)
            if inner is not None:
                self._fill_from_body(config, inner.body)

    def _fill_from_module(self, config: int, name: str) -> None:
        entry = self.engine.program.modules.get(name)
        if entry is not None and entry.definitions:
            self._fill_from_body(config, self.engine.activation(entry.definitions[0], None))

    def _fill_from_any(self, config: int) -> None:
        """Where the environment chooses the configuration, every class that may be one counts."""
        if config in self._filled:
            return
        for entry in self.engine.calls.classes.all():
            if entry.body.definition.facts.name.endswith(("Config", "Settings")):
                self._fill_from_class(config, entry.number)

    def _fill_from_body(self, config: int, body: Activation) -> None:
        self._filled.add(config)
        for name in body.definition.versions:
            if name.isupper():
                self._put(config, name, names.variable(self.engine, body, name))

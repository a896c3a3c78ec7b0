"""`app.config`: who reads which key, and the constants that it is filled from."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.model import Entry, EntryKind, ReferenceKind
from decompose.resolve import names
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundReference
from decompose.resolve.sites import Activation, CallSite, Place
from decompose.resolve.values import Kind, Value


class Configuration:
    """Lets items of configuration hold what configuration classes and modules define."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.references: list[FoundReference] = []
        self._filled: set[int] = set()
        self._reads: set[tuple[str, str, Location]] = set()

    def entries(self) -> list[Entry]:
        """Who reads which key, and where."""
        return [
            Entry(kind=EntryKind.CONFIG, name=key, handler=definition, location=where)
            for definition, key, where in sorted(self._reads)
        ]

    def attribute(self, value: int, attr: str, place: Place) -> None:
        """`config.KEY`, as templates write it."""
        if attr.isupper():
            self.item(value, attr, place)

    def item(self, value: int, key: str, place: Place) -> None:
        """`config["KEY"]`."""
        if _is_config(self.engine.values[value]):
            self._read(key, place)

    def _read(self, key: str, place: Place) -> None:
        definition = place.activation.definition
        where = Location(path=definition.module.facts.path, line=place.line)
        self._reads.add((definition.id, key, where))

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """`config.from_object(...)`, `from_mapping`, `update`, `get`, `setdefault`."""
        if not held.name.endswith(f".config.{name}") or held.link < 0:
            return False
        first = site.argument(0)
        if name in ("from_object", "from_pyfile") and first is not None:
            self.engine.watch(first, lambda source: self._fill(held.link, source))
            self._name(first, site)
            self.engine.later(self._fill_from_any, held.link)
        elif name in ("from_mapping", "update"):
            for key, node in site.kwargs:
                self._put(held.link, key, node)
        elif name in ("get", "setdefault") and first is not None:
            self._get(held.link, first, site)
        return False

    def _put(self, config: int, key: str, node: int) -> None:
        self.engine.edge(node, self.engine.field(config, f"[{key!r}]"))

    def _name(self, source: int, site: CallSite) -> None:
        """Note a module or class that is named in a string."""

        def refer(number: int) -> None:
            text = self.engine.values[number].data
            if not isinstance(text, str):
                return
            module, _, name = text.replace(":", ".").rpartition(".")
            target = text if text in self.engine.program.modules else None
            target = target or self.engine.program.origin(module, name)
            if target is not None:
                self.references.append(
                    FoundReference(
                        activation=site.activation.number,
                        target=target,
                        kind=ReferenceKind.STRING,
                        line=site.line,
                    )
                )

        self.engine.watch(source, refer)

    def _get(self, config: int, key: int, site: CallSite) -> None:
        default = site.argument(1)
        if default is not None:
            self.engine.edge(default, site.result)

        def read(number: int) -> None:
            text = self.engine.values[number].data
            if isinstance(text, str):
                self._read(text, site.place)
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


def _is_config(value: Value) -> bool:
    """Whether a value is an application's configuration."""
    return value.name.endswith(".config") and value.name.startswith(("flask", "apiflask", "quart"))

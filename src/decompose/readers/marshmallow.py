"""Marshmallow schemas: dumping an object reads the attributes that its schema names.

Serialisers touch relationships that no code of the application spells out, so without them the
tables that an endpoint reads are not complete.
"""

from __future__ import annotations

from collections.abc import Iterator

from decompose.domain.facts import Attr, Call, Name
from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.library import Library
from decompose.resolve.names import variable
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind, Value

_FAMILIES = ("marshmallow", "flask_marshmallow", "marshmallow_sqlalchemy", "apiflask")
_DUMPS = frozenset({"dump", "dumps", "jsonify"})
_LOADS = frozenset({"load", "loads", "validate"})
_MARSHALS = frozenset({"marshal_with()", "response()", "output()"})
_USES = frozenset({"use_kwargs()", "use_args()", "arguments()", "input()"})
_BEFORE_DUMP = frozenset({"pre_dump", "post_dump"})
_AROUND_LOAD = frozenset({"pre_load", "post_load", "validates", "validates_schema"})
_DEEPEST = 4


class MarshmallowLibrary(Library):
    """Understands marshmallow, and the decorators of flask-apispec, smorest and webargs."""

    families = ("marshmallow", "flask", "webargs")

    def start(self, engine: Engine) -> None:
        """Take the engine."""
        self.engine = engine
        self._done: set[tuple[int, int, frozenset[str]]] = set()

    def call(self, value: int, site: CallSite) -> bool:
        """`schema.dump(x)`, `schema.load(x)`, `@marshal_with(schema)`, `@use_kwargs(schema)`."""
        held = self.engine.values[value]
        name = held.name.rpartition(".")[2]
        if name in _DUMPS | _LOADS and self._is_schema(held.link):
            self._method(held, name, site)
        elif name in _MARSHALS | _USES and held.kind is Kind.EXTERNAL:
            self._decorated(held, name, site)
        return False

    def _is_schema(self, number: int) -> bool:
        if number < 0 or self.engine.values[number].kind is not Kind.INSTANCE:
            return False
        bases = self.engine.calls.classes.external_bases(self.engine.values[number].link)
        return any(self.engine.values[base].name.startswith(_FAMILIES) for base in bases)

    def _method(self, held: Value, name: str, site: CallSite) -> None:
        class_ = self.engine.values[held.link].link
        if name in _LOADS:
            self._run_hooks(held.link, class_, _AROUND_LOAD, site.place)
            return
        self._run_hooks(held.link, class_, _BEFORE_DUMP, site.place)
        node = site.argument(0, "obj")
        if node is not None:
            self._dump(class_, node, site.place, 0)

    def _decorated(self, held: Value, name: str, site: CallSite) -> None:
        """What a decorator's schema does with what the decorated function takes or returns."""
        function = site.argument(0)
        if function is None or held.index >= len(self.engine.sites):
            return
        made = self.engine.sites[held.index]
        for schema_node in [node for node, _ in made.args] + [node for _, node in made.kwargs]:
            self.engine.watch(schema_node, lambda schema: self._apply(schema, name, function))

    def _apply(self, schema: int, name: str, function: int) -> None:
        class_ = schema if self._is_schema_class(schema) else self.engine.values[schema].link
        if not self._is_schema(self.engine.instance(class_)) or class_ < 0:
            return
        self.engine.watch(function, lambda view: self._apply_to(view, class_, name))

    def _is_schema_class(self, number: int) -> bool:
        return self.engine.values[number].kind is Kind.CLASS

    def _apply_to(self, view: int, class_: int, name: str) -> None:
        activation = self.engine.calls.activation_of(view)
        if activation is None or self.engine.values[view].kind is Kind.CLASS:
            return
        place = Place(activation, activation.definition.facts.end_line)
        schema = self.engine.instance(class_)
        if name in _USES:
            self._run_hooks(schema, class_, _AROUND_LOAD, place)
        else:
            self._run_hooks(schema, class_, _BEFORE_DUMP, place)
            self._dump(class_, activation.returns, place, 0)

    # Fields ----------------------------------------------------------------------------------

    def _dump(self, class_: int, node: int, place: Place, depth: int) -> None:
        """Read every field of whatever object, or objects, `node` holds."""
        if depth > _DEEPEST:
            return
        objects = self.engine.node()
        self.engine.watch(node, lambda value: self._object(value, objects, place))
        for attr, field in self._fields(class_):
            result = self.engine.node()
            self.engine.calls.classes.load(objects, attr, place, result)
            self.engine.watch(field, lambda value, r=result: self._nested(value, r, place, depth))  # type: ignore[misc]

    def _object(self, number: int, objects: int, place: Place) -> None:
        kind = self.engine.values[number].kind
        if kind is Kind.INSTANCE:
            self.engine.add(objects, number)
        elif kind in (Kind.CONTAINER, Kind.MODEL):
            items = self.engine.node()
            self.engine.calls.iterate_value(number, place, items)
            self.engine.watch(items, lambda item: self._item(item, objects))

    def _item(self, number: int, objects: int) -> None:
        if self.engine.values[number].kind is Kind.INSTANCE:
            self.engine.add(objects, number)

    def _fields(self, class_: int) -> Iterator[tuple[str, int]]:
        """Names of a schema's fields, as attributes of what is dumped, and the fields' nodes."""
        classes = self.engine.calls.classes
        entry = classes.entry(class_)
        for number in entry.order if entry is not None else []:
            inner = classes.entry(number)
            for name in inner.body.definition.versions if inner is not None else ():
                if not name.startswith("_") and name != "Meta" and inner is not None:
                    yield name, variable(self.engine, inner.body, name)

    def _nested(self, number: int, node: int, place: Place, depth: int) -> None:
        """A nested field's schema dumps what the attribute holds."""
        value = self.engine.values[number]
        if value.kind is not Kind.EXTERNAL or value.index >= len(self.engine.sites):
            return
        site = self.engine.sites[value.index]
        if value.name.endswith(("Nested()", "Pluck()", "List()")):
            for inner, _ in site.args[:1]:
                self.engine.watch(inner, lambda v: self._nested_in(v, node, place, depth))

    def _nested_in(self, number: int, node: int, place: Place, depth: int) -> None:
        value = self.engine.values[number]
        if value.kind is Kind.CLASS:
            self._dump(number, node, place, depth + 1)
        elif value.kind is Kind.INSTANCE and self._is_schema(number):
            self._dump(value.link, node, place, depth + 1)
        elif value.kind is Kind.EXTERNAL:
            self._nested(number, node, place, depth)
        elif isinstance(value.data, str):
            for entry in self.engine.calls.classes.all():
                if entry.body.definition.facts.name == value.data.rpartition(".")[2]:
                    self._dump(entry.number, node, place, depth + 1)

    # Hooks -----------------------------------------------------------------------------------

    def _run_hooks(self, schema: int, class_: int, names: frozenset[str], place: Place) -> None:
        """Call the methods of a schema that are decorated with one of `names`."""
        if (class_, place.activation.number, names) in self._done:
            return
        self._done.add((class_, place.activation.number, names))
        calls = self.engine.calls
        entry = calls.classes.entry(class_)
        for number in entry.order if entry is not None else []:
            inner = calls.classes.entry(number)
            for child in inner.body.definition.children if inner is not None else ():
                if any(_name(decorator) in names for decorator in child.facts.decorators):
                    method = self.engine.node()
                    attr = child.facts.name.rpartition(".")[2]
                    calls.classes.load_of(schema, attr, place, method)
                    calls.call(method, make_site(self.engine, place, (), (), self.engine.node()))


def _name(decorator: object) -> str:
    """The last name of a decorator, called or not."""
    if isinstance(decorator, Call):
        decorator = decorator.func
    if isinstance(decorator, Name):
        return decorator.id.partition("@")[0]
    return decorator.attr if isinstance(decorator, Attr) else ""

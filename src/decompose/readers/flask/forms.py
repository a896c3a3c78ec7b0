"""WTForms: validating a form runs its validators, populating an object writes its attributes."""

from __future__ import annotations

from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind, Value

_FAMILIES = ("wtforms", "flask_wtf", "wtforms_alchemy", "flask_admin.form")
_VALIDATE = frozenset({"validate", "validate_on_submit"})


class Forms:
    """Form classes are those with a base of the WTForms family."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.links: set[tuple[int, int]] = set()

    def construct(self, class_: int, site: CallSite) -> None:
        """Making a form runs what its class body hands to its fields: choices, validators."""
        if not self._is_form(class_):
            return
        entry = self.engine.calls.classes.entry(class_)
        for number in entry.order if entry is not None else []:
            inner = self.engine.calls.classes.entry(number)
            if inner is not None:
                self.links.add((site.activation.number, inner.body.number))

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """`form.validate()`, `form.validate_on_submit()`, `form.populate_obj(x)`."""
        form = self.engine.values[held.link] if held.link >= 0 else None
        if form is None or form.kind is not Kind.INSTANCE or not self._is_form(form.link):
            return False
        if name in _VALIDATE:
            self._validate(held.link, form.link, site)
        elif name == "populate_obj":
            self._populate(form.link, site)
        return False

    def _is_form(self, class_: int) -> bool:
        bases = self.engine.calls.classes.external_bases(class_)
        return any(self.engine.values[base].name.startswith(_FAMILIES) for base in bases)

    def _validate(self, form: int, class_: int, site: CallSite) -> None:
        """The inline validators `validate_FIELD(self, field)`."""
        calls = self.engine.calls
        for attr in calls.classes.attributes(class_):
            if attr.startswith("validate_"):
                method = self.engine.node()
                calls.classes.load_of(form, attr, site.place, method)
                args = ((self.engine.node(), False),)
                calls.call(method, make_site(self.engine, site.place, args, (), self.engine.node()))

    def _populate(self, class_: int, site: CallSite) -> None:
        target = site.argument(0, "obj")
        if target is None:
            return
        for attr in self.engine.calls.classes.attributes(class_):
            if not attr.startswith(("_", "validate")):
                self.engine.calls.classes.store(target, attr, self.engine.node(), site.place)

"""Blinker signals: who sends runs who receives."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.model import EntryKind
from decompose.readers.flask.hooks import Hooks
from decompose.readers.flask.views import wrapped
from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundEntry
from decompose.resolve.sites import CallSite
from decompose.resolve.values import Kind, Value

_FLASK_SIGNALS = ("request_", "appcontext_", "template_", "got_request_")


class Signals:
    """Signals by name where they have one, by the place that makes them otherwise."""

    def __init__(self, engine: Engine, hooks: Hooks) -> None:
        self.engine = engine
        self.hooks = hooks
        self.links: set[tuple[int, int]] = set()
        self._receivers: dict[str, list[int]] = {}
        self._sends: dict[str, list[CallSite]] = {}

    def call(self, number: int, held: Value, name: str, site: CallSite) -> bool:
        """`connect`, `connect_via(...)`, `send` on a signal."""
        if name == "connect" and (key := self._key(held.link)):
            self._connect(key, site.argument(0, "receiver"), site)
        elif name == "connect_via()" and held.link >= 0:
            key = self._key(self.engine.values[held.link].link)
            if key:
                self._connect(key, site.argument(0), site)
        elif name in ("send", "send_async") and (key := self._key(held.link)):
            self._sends.setdefault(key, []).append(site)
            for receiver in list(self._receivers.get(key, [])):
                self._run(receiver, site)
        return False

    def _key(self, number: int) -> str:
        """What a signal is known by; empty for what is no signal."""
        if number < 0:
            return ""
        value = self.engine.values[number]
        if value.kind is not Kind.EXTERNAL:
            return ""
        if value.name.endswith("signal()") and value.name.startswith(("blinker", "flask")):
            texts = self.engine.texts(self.engine.sites[value.index].argument(0, "name"))
            return texts[0] if texts else self._place(value.index)
        if value.name in ("blinker.Signal()", "blinker.base.Signal()"):
            return self._place(value.index)
        last = value.name.rpartition(".")[2]
        flask_own = value.name.startswith("flask.") and last.startswith(_FLASK_SIGNALS)
        of_extension = value.name.startswith("flask_") and "(" not in value.name
        return last if flask_own or of_extension else ""

    def _place(self, number: int) -> str:
        """The name of a signal that has none: where it is made."""
        site = self.engine.sites[number]
        return f"signal at {site.activation.definition.module.facts.path}:{site.line}"

    def _connect(self, key: str, node: int | None, site: CallSite) -> None:
        if node is None:
            return
        path = site.activation.definition.module.facts.path
        where = Location(path=path, line=site.line)

        def add(receiver: int) -> None:
            if self.engine.calls.activation_of(receiver) is None:
                return
            self._receivers.setdefault(key, []).append(receiver)
            self.hooks.entries.append(
                FoundEntry(
                    kind=EntryKind.SIGNAL_RECEIVER,
                    name=key,
                    scope="",
                    handler=wrapped(self.engine, receiver).id,
                    handlers=(receiver,),
                    location=where,
                )
            )
            for send in list(self._sends.get(key, [])):
                self._run(receiver, send)

        self.engine.watch(node, add)

    def _run(self, receiver: int, send: CallSite) -> None:
        inner = make_site(self.engine, send.place, send.args, send.kwargs, self.engine.node())
        self.engine.calls.call_value(receiver, inner)
        activation = self.engine.calls.activation_of(receiver)
        if activation is not None:
            self.links.add((send.activation.number, activation.number))

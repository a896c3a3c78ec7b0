"""Who is logged in: `current_user` and its like hold what the registered loader returns."""

from __future__ import annotations

from decompose.domain.finding import Location
from decompose.domain.model import EntryKind
from decompose.resolve.attributes import make_site
from decompose.resolve.engine import Engine
from decompose.resolve.library import FoundEntry
from decompose.resolve.sites import CallSite, Place
from decompose.resolve.values import Kind, Value

_USERS = (
    "flask_login.current_user",
    "flask_login.utils.current_user",
    "flask_jwt_extended.current_user",
    "flask_jwt.current_identity",
    "flask_security.current_user",
)
_GETTERS = ("get_current_user", "get_user", "_get_user")
_LOADERS = frozenset(
    [
        "user_loader",
        "user_loader_callback_loader",
        "user_lookup_loader",
        "request_loader",
        "header_loader",
        "identity_handler",
        "identity_loader",
        "verify_password",
        "verify_token",
    ]
)
_GUARDS = frozenset(
    [
        "login_required",
        "fresh_login_required",
        "jwt_required",
        "jwt_optional",
        "fresh_jwt_required",
        "jwt_refresh_token_required",
        "login_user",
    ]
)
_FAMILIES = ("flask_login", "flask_jwt", "flask_httpauth", "flask_security")


class Identity:
    """The user node, the loaders, and the code that makes them run."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.user = engine.node()
        self.links: set[tuple[int, int]] = set()
        self.entries: list[FoundEntry] = []
        self._loaders: list[int] = []
        self._users: list[int] = []
        for path in _USERS:
            engine.aliases[path] = self.user

    def touch(self, value: int, place: Place) -> None:
        """Reading `current_user` runs the loaders."""
        held = self.engine.values[value]
        if held.name in _USERS:
            self.use(place.activation.number)

    def use(self, activation: int) -> None:
        """The code of an activation uses the user, so the loaders run in it."""
        self._users.append(activation)
        self.links.update((activation, loader) for loader in self._loaders)

    def call(self, held: Value, name: str, site: CallSite) -> bool:
        """Registration of a loader, a guard around a view, a getter."""
        verb = name.removesuffix("()")
        if name in _LOADERS:
            first = site.argument(0)
            if first is not None:
                self.engine.watch(first, lambda number: self._load(number, name, site))
        elif verb in _GUARDS and held.name.startswith(_FAMILIES):
            self._guard(site)
        elif verb in _GETTERS and held.name.startswith(_FAMILIES):
            self.engine.edge(self.user, site.result)
            self.use(site.activation.number)
        elif held.name in ("werkzeug.local.LocalProxy", "werkzeug.LocalProxy"):
            return self._proxy(site)
        return False

    def _load(self, number: int, verb: str, site: CallSite) -> None:
        """A loader runs for whoever uses the user, and gives what it returns."""
        activation = self.engine.calls.activation_of(number)
        if activation is None or self.engine.values[number].kind is Kind.CLASS:
            return
        inner = make_site(self.engine, site.place, (), (), self.user)
        self.engine.edge(activation.returns, inner.result)
        self._loaders.append(activation.number)
        self.entries.append(
            FoundEntry(
                kind=EntryKind.USER_LOADER,
                name=verb,
                scope="",
                handler=activation.definition.id,
                handlers=(number,),
                location=Location(
                    path=site.activation.definition.module.facts.path, line=site.line
                ),
            )
        )
        self.links.update((user, activation.number) for user in self._users)

    def _guard(self, site: CallSite) -> None:
        for node, _ in site.args:
            self.engine.watch(node, self._guard_function)
        if site.activation.definition.facts.kind != "module":
            self.use(site.activation.number)

    def _guard_function(self, number: int) -> None:
        activation = self.engine.calls.activation_of(number)
        if activation is not None:
            self.use(activation.number)

    def _proxy(self, site: CallSite) -> bool:
        first = site.argument(0)
        if first is None:
            return False
        inner = make_site(self.engine, site.place, (), (), site.result)
        self.engine.calls.call(first, inner)
        return True

"""A small store with three services, as an analysis made by hand, and a large one made by rule."""

from __future__ import annotations

from decompose.domain.analysis import (
    Advice,
    Alternative,
    Analysis,
    Automation,
    Metric,
    Seam,
    SeamKind,
    Verdict,
)
from decompose.domain.boundary import Boundary
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import (
    Access,
    Definition,
    DefinitionKind,
    Effect,
    EndpointEffects,
    ForeignKey,
    Mode,
    Module,
    Reference,
    ReferenceKind,
    Route,
    SystemModel,
    Table,
    Transaction,
)
from decompose.domain.observation import Observation, ObservedEndpoint
from decompose.domain.partition import (
    KERNEL,
    ROOT,
    CouplingGraph,
    Partition,
    Placement,
    Service,
    TableOwner,
)

_MODULES = {
    "store.accounts.views": ("accounts", ("login", "profile"), 180),
    "store.accounts.models": ("accounts", ("User", "Address"), 120),
    "store.catalogue.views": ("catalogue", ("show", "search"), 210),
    "store.catalogue.models": ("catalogue", ("Product",), 90),
    "store.orders.views": ("orders", ("checkout", "history"), 320),
    "store.orders.models": ("orders", ("Order", "OrderLine"), 140),
    "store.util": (KERNEL, ("money", "slugify"), 60),
    "store.app": (ROOT, ("create_app",), 80),
}
_TABLES = {
    "users": ("store.accounts.models.User", "accounts"),
    "addresses": ("store.accounts.models.Address", "accounts"),
    "products": ("store.catalogue.models.Product", "catalogue"),
    "orders": ("store.orders.models.Order", "orders"),
    "order_lines": ("store.orders.models.OrderLine", "orders"),
}
_USES = (
    ("store.accounts.views.login", "store.accounts.models.User"),
    ("store.accounts.views.profile", "store.accounts.models.Address"),
    ("store.accounts.views.profile", "store.accounts.models.User"),
    ("store.catalogue.views.show", "store.catalogue.models.Product"),
    ("store.catalogue.views.search", "store.catalogue.models.Product"),
    ("store.catalogue.views.search", "store.util.slugify"),
    ("store.orders.views.checkout", "store.orders.models.Order"),
    ("store.orders.views.checkout", "store.orders.models.OrderLine"),
    ("store.orders.views.checkout", "store.catalogue.models.Product"),
    ("store.orders.views.checkout", "store.accounts.models.User"),
    ("store.orders.views.history", "store.orders.models.Order"),
    ("store.orders.models.Order", "store.util.money"),
    ("store.app.create_app", "store.orders.views.checkout"),
)
_EFFECTS = {
    ("accounts.login", "store.accounts.views.login"): (("users", "rw"),),
    ("accounts.profile", "store.accounts.views.profile"): (("users", "r"), ("addresses", "rw")),
    ("catalogue.show", "store.catalogue.views.show"): (("products", "r"),),
    ("catalogue.search", "store.catalogue.views.search"): (("products", "r"),),
    ("orders.checkout", "store.orders.views.checkout"): (
        ("orders", "w"),
        ("order_lines", "w"),
        ("products", "rw"),
        ("users", "r"),
    ),
    ("orders.history", "store.orders.views.history"): (("orders", "r"), ("order_lines", "r")),
}
_CHECKOUT = "store.orders.views.checkout"
_EXCERPT = (
    "    for line in cart:",
    "        product = Product.query.get(line.product_id)",
    "        product.stock -= line.quantity",
    "        order.lines.append(OrderLine(product=product))",
    "    db.session.commit()",
)


def path_of(module: str) -> str:
    """The file of a module."""
    return module.replace(".", "/") + ".py"


def store() -> Analysis:
    """The store."""
    return Analysis(
        model=_model(),
        graph=CouplingGraph(nodes=tuple(d.id for d in _definitions()), evidence=()),
        partition=_partition(),
        seams=_seams(),
        metrics=(
            Metric(name="bcp", value=0.42, better="lower"),
            Metric(name="coverage", value=0.871, better="higher"),
            Metric(name="slice-share", value=0.31, better="lower", scope="orders"),
        ),
        alternatives=(
            Alternative(services=1, score=0.4, metrics=(), names=("store",), chosen=False),
            Alternative(
                services=3,
                score=0.71,
                metrics=(Metric(name="bcp", value=0.42, better="lower"),),
                names=("accounts", "catalogue", "orders"),
                chosen=True,
            ),
        ),
        verdict=Verdict(
            advice=Advice.EXTRACT,
            summary="Take catalogue out first; leave accounts and orders together for now.",
            reasons=(
                "Catalogue owns its only table and has one incoming write.",
                "Checkout writes tables of two services in one transaction.",
            ),
            next_steps=(
                "decompose explain store.orders.views.checkout",
                "Edit decompose.toml, then run decompose analyze again.",
            ),
        ),
        boundary=Boundary(),
        findings=(
            Finding(
                location=Location(path="store/legacy.py", line=3),
                code="syntax-error",
                severity=Severity.WARNING,
                message="This file is Python 2",
                hint="Convert it or ignore its path.",
            ),
            Finding(
                location=Location(path="store/orders/views.py", line=28),
                code="trace-missed-access",
                severity=Severity.WARNING,
                message="orders.checkout reads table users when it runs",
                hint="The tape's word was taken.",
            ),
        ),
    )


def _definitions() -> tuple[Definition, ...]:
    found = []
    for module, (_, names, _) in sorted(_MODULES.items()):
        for number, name in enumerate(names):
            kind = DefinitionKind.CLASS if name[0].isupper() else DefinitionKind.FUNCTION
            found.append(
                Definition(
                    id=f"{module}.{name}",
                    module=module,
                    kind=kind,
                    location=Location(path=path_of(module), line=10 + 40 * number),
                    end_line=38 + 40 * number,
                    top=f"{module}.{name}",
                )
            )
    return tuple(sorted(found, key=lambda d: d.id))


def _effects(handler: str, touched: tuple[tuple[str, str], ...]) -> tuple[Effect, ...]:
    modes = {"r": Mode.READ, "w": Mode.WRITE}
    return tuple(
        Effect(
            table=table,
            mode=modes[letter],
            path=(handler, _TABLES[table][0]),
            location=Location(path=path_of(handler.rpartition(".")[0]), line=20),
            how="orm",
        )
        for table, letters in touched
        for letter in letters
    )


def _endpoints() -> tuple[EndpointEffects, ...]:
    return tuple(
        EndpointEffects(
            name=name,
            handler=handler,
            hooks=(),
            reaches=(handler,),
            effects=_effects(handler, touched),
            transactions=_transactions(handler),
        )
        for (name, handler), touched in _EFFECTS.items()
    )


def _transactions(handler: str) -> tuple[Transaction, ...]:
    if handler != _CHECKOUT:
        return ()
    commit = Location(path="store/orders/views.py", line=44)
    tables = ("order_lines", "orders", "products")
    return (Transaction(tables=tables, commit=commit, path=(handler,)),)


def _routes() -> tuple[Route, ...]:
    return tuple(
        Route(
            rule=f"/{name.replace('.', '/')}",
            methods=("GET", "POST"),
            endpoint=name,
            handler=handler,
            location=Location(path=path_of(handler.rpartition(".")[0]), line=9),
            blueprint=name.partition(".")[0],
        )
        for name, handler in _EFFECTS
    )


def _model() -> SystemModel:
    return SystemModel(
        root_name="store",
        modules=tuple(
            Module(name=name, path=path_of(name), language="python", lines=lines)
            for name, (_, _, lines) in sorted(_MODULES.items())
        ),
        definitions=_definitions(),
        references=tuple(
            Reference(
                source=source,
                target=target,
                kind=ReferenceKind.CALL,
                location=Location(path=path_of(source.rpartition(".")[0]), line=20),
            )
            for source, target in sorted(_USES)
        ),
        routes=_routes(),
        entries=(),
        tables=tuple(
            Table(
                name=name,
                location=Location(path=path_of(definition.rpartition(".")[0]), line=10),
                definition=definition,
                entities=(definition,),
                columns=("id", "name"),
                foreign_keys=_foreign_keys(name),
            )
            for name, (definition, _) in sorted(_TABLES.items())
        ),
        accesses=(
            Access(
                definition=_CHECKOUT,
                table="products",
                mode=Mode.WRITE,
                location=Location(path="store/orders/views.py", line=42),
                how="orm",
            ),
        ),
        endpoints=_endpoints(),
        observed=Observation(
            requests=7,
            endpoints=(
                ObservedEndpoint(
                    name="orders.checkout",
                    requests=7,
                    reads=("users",),
                    writes=("orders", "products"),
                    transactions=(("orders", "products"),),
                    ran=(_CHECKOUT,),
                ),
                ObservedEndpoint(name="orders.never", requests=0),
            ),
            accesses=4,
            confirmed=3,
        ),
    )


def _foreign_keys(table: str) -> tuple[ForeignKey, ...]:
    if table != "orders":
        return ()
    location = Location(path="store/orders/models.py", line=14)
    return (ForeignKey(column="user_id", target="users.id", location=location),)


def _partition() -> Partition:
    placed = {f"{m}.{n}": s for m, (s, names, _) in _MODULES.items() for n in names}
    services = []
    for service in ("accounts", "catalogue", "orders"):
        services.append(
            Service(
                id=service,
                name=service,
                description=f"Everything about {service}.",
                endpoints=tuple(name for name, _ in _EFFECTS if name.startswith(service)),
                tables=tuple(sorted(t for t, (_, owner) in _TABLES.items() if owner == service)),
                definitions=tuple(sorted(d for d, s in placed.items() if s == service)),
                lines=sum(lines for s, _, lines in _MODULES.values() if s == service),
            )
        )
    return Partition(
        services=tuple(services),
        placements=tuple(
            Placement(
                definition=definition,
                service=service,
                confidence=0.75 if definition == _CHECKOUT else 0.96,
                runner_up="catalogue" if definition == _CHECKOUT else "",
                reason=f"It shares transactions with {service}.",
            )
            for definition, service in sorted(placed.items())
        ),
        owners=tuple(
            TableOwner(
                table=table,
                owner=owner,
                writers=("catalogue", "orders") if table == "products" else (owner,),
                readers=(owner,),
                tied=table == "products",
            )
            for table, (_, owner) in sorted(_TABLES.items())
        ),
    )


def _seams() -> tuple[Seam, ...]:
    return (
        Seam(
            id="S1",
            kind=SeamKind.FORWARDED_WRITE,
            automation=Automation.FORWARDED,
            from_service="orders",
            to_service="catalogue",
            source=_CHECKOUT,
            target="products",
            location=Location(path="store/orders/views.py", line=42),
            technique="Captured on the replica, forwarded before the commit.",
            flags=("It wants a command.",),
            endpoints=("orders.checkout",),
            excerpt=_EXCERPT,
        ),
        Seam(
            id="S2",
            kind=SeamKind.READ,
            automation=Automation.AUTOMATIC,
            from_service="orders",
            to_service="accounts",
            source=_CHECKOUT,
            target="users",
            location=Location(path="store/orders/views.py", line=30),
            technique="Reads a replica of users.",
            endpoints=("orders.checkout",),
        ),
        Seam(
            id="S3",
            kind=SeamKind.FOREIGN_KEY,
            automation=Automation.AUTOMATIC,
            from_service="orders",
            to_service="accounts",
            source="store.orders.models.Order",
            target="users",
            location=Location(path="store/orders/models.py", line=14),
            technique="The column stays, the constraint goes.",
        ),
    )

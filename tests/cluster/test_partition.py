"""What a partition promises, on a small shop and on made-up systems."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import system
from decompose.cluster import partition
from decompose.cluster.owners import owners
from decompose.domain.boundary import Boundary, Pin
from decompose.domain.clustering import Clustering
from decompose.domain.finding import Location
from decompose.domain.model import SystemModel, Transaction
from decompose.domain.partition import KERNEL, ROOT, Partition
from decompose.errors import UserError
from decompose.evidence.data import Data
from decompose.evidence.structure import Structure
from decompose.evidence.transaction import Transactions
from decompose.evidence.weigh import weigh
from shop import SHOP


def divided(model: SystemModel, boundary: Boundary | None = None) -> Clustering:
    sources = (Structure(), Data(), Transactions())
    graph = weigh(model, [item for source in sources for item in source.collect(model, "")])
    return partition(model, graph, boundary or Boundary())


def place(made: Partition) -> dict[str, str]:
    return {placement.definition: placement.service for placement in made.placements}


def test_the_shop_falls_into_its_domains() -> None:
    """Three services come out, named as a person would name them."""
    made = divided(system(SHOP)).partition
    assert [service.id for service in made.services] == ["accounts", "catalogue", "orders"]


def test_shared_models_are_split_by_definition() -> None:
    """Entities of one models.py go to the services that write them."""
    at = place(divided(system(SHOP)).partition)
    assert at["shop.models.User"] == at["shop.models.Token"] == "accounts"
    assert at["shop.models.Product"] == "catalogue"
    assert at["shop.models.OrderItem"] == "orders"


def test_kernel_and_root_are_taken_out() -> None:
    """Extensions and utilities are kernel; factory and tests are root, with a reason."""
    made = divided(system(SHOP)).partition
    at = place(made)
    assert at["shop.extensions.db"] == at["shop.util.slugify"] == KERNEL
    assert at["shop.create_app"] == at["tests.test_orders.test_checkout"] == ROOT
    assert all(placement.reason for placement in made.placements)


def test_pins_are_honoured() -> None:
    """A definition's pin beats its module's; new names make services; kernel can be asked for."""
    pins = (
        Pin(name="shop.accounts", service="people"),
        Pin(name="shop.models.User", service="people"),
        Pin(name="shop.orders.history", service="catalogue"),
        Pin(name="shop.orders.cancel", service="kernel"),
    )
    at = place(divided(system(SHOP), Boundary(pins=pins)).partition)
    assert at["shop.accounts.login"] == at["shop.models.User"] == "people"
    assert at["shop.orders.history"] == "catalogue"
    assert at["shop.orders.cancel"] == KERNEL


def test_links_are_honoured() -> None:
    """What must stay together does; what must be apart is."""
    boundary = Boundary(
        must_link=(("shop.models.User", "shop.models.Product"),),
        cannot_link=(("shop.orders.history", "shop.orders.cancel"),),
    )
    made = divided(system(SHOP), boundary)
    assert len(made.partition.services) > 1
    for candidate in made.candidates:
        at = place(candidate.partition)
        assert at["shop.models.User"] == at["shop.models.Product"]
        if len(candidate.partition.services) > 1:
            assert at["shop.orders.history"] != at["shop.orders.cancel"]


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_the_number_of_services_is_honoured(count: int) -> None:
    """As many services as asked for, where the code allows it."""
    made = divided(system(SHOP), Boundary(services=count)).partition
    assert len(made.services) == count


@pytest.mark.parametrize(
    "boundary",
    [
        Boundary(pins=(Pin(name="shop.order", service="orders"),)),
        Boundary(must_link=(("shop.order", "shop.models"),)),
        Boundary(cannot_link=(("shop.order", "shop.models"),)),
    ],
)
def test_unknown_names_are_refused(boundary: Boundary) -> None:
    """The error names what is unknown and what comes near it."""
    with pytest.raises(UserError) as caught:
        divided(system(SHOP), boundary)
    assert "'shop.order'" in caught.value.message
    assert "shop.orders" in caught.value.hint


def test_unknown_tables_and_owners_are_refused() -> None:
    """Owners name a table and a service that are there."""
    for wish in ((("user", "accounts"),), (("users", "account"),)):
        with pytest.raises(UserError):
            divided(system(SHOP), Boundary(owners=wish))


def test_owners_and_names_are_honoured() -> None:
    """A chosen owner owns; a wanted name is shown while the id stays."""
    boundary = Boundary(owners=(("users", "orders"),), names=(("orders", "Sales"),))
    made = divided(system(SHOP), boundary).partition
    assert next(o.owner for o in made.owners if o.table == "users") == "orders"
    assert next(s.name for s in made.services if s.id == "orders") == "Sales"


def test_tables_that_no_entity_stands_for_are_listed_with_their_owner() -> None:
    """A table of raw SQL is among those of the service that people chose as its owner."""
    text = SHOP.replace("def issue: writes tokens;", "def issue: writes tokens, audit;")
    made = divided(system(text), Boundary(owners=(("audit", "orders"),))).partition
    assert [s.id for s in made.services if "audit" in s.tables] == ["orders"]


def test_a_command_that_writes_every_table_owns_none() -> None:
    """Endpoints own tables; commands that fill or empty the whole database don't."""
    model = system("""
app/auth.py
  def register: POST /register -> auth.register; writes users
app/blog.py
  def create: POST /create -> blog.create; writes posts
app/db.py
  def init: entry cli init; calls reset
  def reset: writes users, posts
""")
    place = {"app.auth.register": "auth", "app.blog.create": "blog",
             "app.db.init": "blog", "app.db.reset": "blog"}  # fmt: skip
    found = {o.table: o for o in owners(model, place, ("blog", "auth"), {})}
    assert (found["users"].owner, found["posts"].owner) == ("auth", "blog")
    assert found["users"].writers == ("auth", "blog")
    assert not found["users"].tied


def test_equal_writers_of_a_table_have_an_owner_all_the_same() -> None:
    """More transactions decide, then the place of the entity, then the name; the tie is told."""
    model = system("""
app/models.py
  class User: table users
app/auth.py
  def register: POST /register -> auth.register; writes users
app/blog.py
  def rename: POST /rename -> blog.rename; writes users
""")
    place = {"app.auth.register": "auth", "app.blog.rename": "blog"}
    (by_name,) = owners(model, place, ("auth", "blog"), {})
    assert (by_name.owner, by_name.tied) == ("auth", True)
    (by_entity,) = owners(model, place | {"app.models.User": "blog"}, ("auth", "blog"), {})
    assert (by_entity.owner, by_entity.tied) == ("blog", True)
    commit = Transaction(tables=("users",), commit=Location(path="app/blog.py", line=2), path=())
    endpoints = tuple(replace(e, transactions=(commit,) if e.name == "blog.rename" else ())
                      for e in model.endpoints)  # fmt: skip
    (by_commit,) = owners(replace(model, endpoints=endpoints), place, ("auth", "blog"), {})
    assert (by_commit.owner, by_commit.tied) == ("blog", True)


def test_a_random_graph_stays_one() -> None:
    """Where everything calls everything, one service scores best."""
    names = [f"f{i}" for i in range(12)]
    lines = []
    for i, name in enumerate(names):
        others = ", ".join(n for j, n in enumerate(names) if j != i)
        lines += [f"app/m{i}.py", f"  def {name}: GET /{name} -> {name}; calls {others}"]
    assert len(divided(system("\n".join(lines))).partition.services) == 1


def test_pins_part_what_nothing_else_parts() -> None:
    """Services that people name come to be, even where clustering finds no parts."""
    model = system("""
app/models.py
  class A: table a
  class B: table b
app/web.py
  def one: GET /one -> one; writes a, b
  def two: GET /two -> two; writes a, b
""")
    assert len(divided(model).partition.services) == 1
    pins = (Pin(name="app.web.one", service="one"), Pin(name="app.web.two", service="two"))
    found = place(divided(model, Boundary(pins=pins)).partition)
    assert (found["app.web.one"], found["app.web.two"]) == ("one", "two")


def test_hostile_names_give_sane_ids() -> None:
    """Ids are slugs whatever blueprints and tables are called."""
    text = "a.py\n  def f: POST /<script> -> </script>\"{{x}}'.f; writes ../etc/passwd\n"
    made = divided(system(text)).partition
    assert all(s.id.replace("-", "").isalnum() and s.id.isascii() for s in made.services)


def _made(calls: list[tuple[int, int]], tables: int, writes: list[tuple[int, int]]) -> str:
    lines = ["pack/models.py", *(f"  class T{t}: table t{t}" for t in range(tables))]
    for i in range(12):
        if i % 3 == 0:
            lines.append(f"pack/m{i // 3}.py")
        facts = [f"calls f{b}" for a, b in calls if a == i != b]
        facts += [f"writes t{t}" for a, t in writes if a == i and t < tables]
        facts += [f"GET /{i} -> e{i}"] if i % 2 else []
        lines.append(f"  def f{i}: " + "; ".join(facts))
    return "\n".join(lines)


SYSTEMS = st.builds(
    _made,
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=40),
    st.integers(0, 4),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 3)), max_size=12),
)


@settings(max_examples=30, deadline=None)
@given(SYSTEMS)
def test_every_definition_has_one_place_and_every_table_one_owner(text: str) -> None:
    """Services, kernel and root share the definitions out without rest or overlap."""
    model = system(text)
    for candidate in divided(model).candidates:
        made = candidate.partition
        at = place(made)
        assert sorted(at) == sorted(d.id for d in model.definitions)
        assert len(made.placements) == len(at)
        ids = {service.id for service in made.services}
        assert set(at.values()) <= ids | {KERNEL, ROOT}
        listed = [name for service in made.services for name in service.definitions]
        assert sorted(listed) == sorted(n for n, s in at.items() if s in ids)
        assert [o.table for o in made.owners] == [t.name for t in model.tables]
        assert all(owner.owner in ids for owner in made.owners)


@settings(max_examples=30, deadline=None)
@given(SYSTEMS, st.sampled_from(["zz", "aa", "pack2"]))
def test_renaming_a_folder_changes_names_only(text: str, folder: str) -> None:
    """The same definitions share a place, under whatever name."""
    before = place(divided(system(text)).partition)
    after = place(divided(system(text.replace("pack/", f"{folder}/"))).partition)
    same = {name.replace("pack.", f"{folder}.", 1): service for name, service in before.items()}
    assert groups(same) == groups(after)


def groups(at: dict[str, str]) -> set[frozenset[str]]:
    found: dict[str, set[str]] = {}
    for name, service in at.items():
        found.setdefault(service, set()).add(name)
    return {frozenset(members) for members in found.values()}


def test_the_order_of_the_model_does_not_matter() -> None:
    """Same facts in another order, same answer."""
    model = system(SHOP)
    turned = replace(model, references=model.references[::-1], accesses=model.accesses[::-1])
    assert divided(model) == divided(turned)

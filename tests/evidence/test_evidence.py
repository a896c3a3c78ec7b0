"""What each source of evidence sees, and how it is weighed."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from builders import system
from decompose.domain.model import ReferenceKind
from decompose.domain.observation import Observation, ObservedEndpoint
from decompose.domain.partition import EvidenceKind
from decompose.evidence.data import Data
from decompose.evidence.history import Commit, History, cochange, read_log
from decompose.evidence.structure import Structure, damping
from decompose.evidence.trace import Trace
from decompose.evidence.transaction import Transactions
from decompose.evidence.vocabulary import Vocabulary
from decompose.evidence.weigh import weigh

PAIR = "a.py\n  def f: calls g\nb.py\n  def g:\nc.py\n  def h:\n"


def test_a_sole_call_weighs_one() -> None:
    """The scale's unit is a call to what nobody else uses."""
    (found,) = Structure().collect(system(PAIR), "")
    assert (found.a, found.b, found.weight) == ("a.f", "b.g", 1.0)


def test_the_call_of_a_variable_weighs_half() -> None:
    """Whoever handed over what a variable holds uses it, too: the caller alone decides nothing."""
    model = system(PAIR)
    handed = replace(model, references=tuple(replace(r, handed=True) for r in model.references))
    (found,) = Structure().collect(handed, "")
    assert found.weight == 0.5


def test_a_decorator_that_is_an_object_is_worn() -> None:
    """That it calls what it decorates, and the module calls it, says no more than wearing it."""
    model = system(
        "guard.py\n  class Guard: calls show\n  var guard:\npages.py\n  def show:\na.py\n  def f:\n"
    )
    (calls,) = model.references
    applies = replace(calls, source="pages", target="guard.Guard")
    wears = replace(calls, source="pages.show", target="guard.guard", kind=ReferenceKind.DECORATE)
    whole = replace(model, references=(replace(calls, handed=True), applies, wears))
    found = Structure().collect(whole, "")
    told = {(e.a, e.b): e.why for e in found}
    assert told["guard.Guard", "pages.show"] == "pages.show is decorated by guard.Guard"
    assert told["guard.guard", "pages.show"] == "pages.show is decorated by guard.guard"
    assert max(e.weight for e in found if "pages.show" in (e.a, e.b)) < 0.2


def test_what_all_use_pulls_nothing() -> None:
    """Damping falls with users, down to zero."""
    assert damping(1, 10) == 1
    assert damping(2, 10) > damping(5, 10) > damping(10, 10) == 0


def test_writes_weigh_more_than_reads() -> None:
    """The writer of a table is closer to its entity than a reader."""
    text = "m.py\n  class T: table t\n  def w: writes t\n  def r: reads t\n"
    weight = {(e.a, e.b): e.weight for e in Data().collect(system(text), "")}
    assert weight["m.T", "m.w"] == 2.0
    assert weight["m.T", "m.r"] == 0.5


def test_tables_of_one_transaction_weigh_most() -> None:
    """Two tables that one endpoint writes are tied by 3; five by 3/4 each."""
    text = "m.py\n  class A: table a\n  class B: table b\n  def e: POST /e -> e; writes a, b\n"
    weight = {(e.a, e.b): e.weight for e in Transactions().collect(system(text), "")}
    assert weight["m.A", "m.B"] == 3.0
    assert weight["m.A", "m.e"] == 1.5


def test_a_row_in_two_tables_is_one_write() -> None:
    """With joined inheritance a write of the entity's table says what that of its parent's does."""
    text = ("m.py\n  class Item: table items\n  class Page: table pages; inherits Item\n"
            "  class Event: table events; inherits Item\n"
            "  def edit: POST /p -> p; writes pages, items\n"
            "  def meet: POST /e -> e; writes events, items\n")  # fmt: skip
    model = system(text)
    pairs = {(e.a, e.b) for e in Transactions().collect(model, "")}
    assert pairs == {("m.Page", "m.edit"), ("m.Event", "m.meet")}
    assert ("m.Item", "m.edit") not in {(e.a, e.b) for e in Data().collect(model, "")}


def test_what_drawing_a_page_writes_is_not_its_endpoints_own() -> None:
    """A layout that writes for every page ties no page to what it writes."""
    text = "m.py\n  class A: table a\n  def log: writes a\n  def e: GET /e -> e; calls log\n"
    model = system(text)
    (endpoint,) = model.endpoints
    assert Transactions().collect(model, "")
    drawn = replace(endpoint, effects=tuple(
        replace(effect, path=(effect.path[0], "template:base.html", *effect.path[1:]))
        for effect in endpoint.effects
    ))  # fmt: skip
    assert not Transactions().collect(replace(model, endpoints=(drawn,)), "")


def test_a_listener_to_an_entitys_events_is_no_handler() -> None:
    """It runs in the transaction of whoever writes the entity, so it draws no table to itself."""
    text = "m.py\n  class A: table a\n  def stamp: entry model-event a; writes a\n"
    assert not Transactions().collect(system(text), "")


def test_vocabulary_and_history_make_no_edges() -> None:
    """Modifying evidence on a pair without an edge is dropped; on an edge it adds or takes."""
    words = (("a", (("order", 3),)), ("b", (("order", 2),)), ("c", (("user", 1),)))
    model = system(PAIR + "d.py\n  def k: calls h\n", words=words)
    found = [*Structure().collect(model, ""), *Vocabulary().collect(model, "")]
    graph = weigh(model, found)
    lone = weigh(model, Vocabulary().collect(model, ""))
    changes = {(e.a, e.b): e.weight for e in graph.evidence if e.kind is EvidenceKind.VOCABULARY}
    assert lone.evidence == ()
    assert changes["a.f", "b.g"] > 0 > changes["c.h", "d.k"]


def test_cochange_is_damped_by_size() -> None:
    """Always together is 1; a commit over many files says less than a small one."""
    model = system(PAIR)
    always = [Commit(author="x", paths=("a.py", "b.py"))] * 3
    (found,) = cochange(model, always)
    assert found.weight == pytest.approx(1.0)
    wide = [Commit(author="x", paths=(*(f"{i}.py" for i in range(100)), "a.py", "b.py"))] * 3
    assert cochange(model, wide) == ()


def test_history_reads_the_local_repository(tmp_path: Path) -> None:
    """Commits below the root are read with odd names intact; without git there is nothing."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    root = tmp_path / "repo" / "app"
    root.mkdir(parents=True)
    subprocess.run([*git, "init", "-q"], cwd=root.parent, check=True)
    for name in ("a.py", "ö b.py"):
        (root / name).write_text("x = 1\n")
    (root.parent / "outside.py").write_text("y = 1\n")
    subprocess.run([*git, "add", "."], cwd=root.parent, check=True)
    subprocess.run([*git, "commit", "-qm", "one"], cwd=root.parent, check=True)
    assert read_log(str(root)) == (Commit(author="x@example.org", paths=("a.py", "ö b.py")),)
    assert History().collect(system(PAIR), str(tmp_path / "none")) == ()


def on_tape(*endpoints: ObservedEndpoint) -> Observation:
    """A tape of these endpoints."""
    return Observation(requests=9, endpoints=endpoints, accesses=0, confirmed=0)


def test_what_runs_together_belongs_together() -> None:
    """The weight of a tape is the share of endpoints for which both ran, however often."""
    text = "a.py\n  def f: calls g\nb.py\n  def g:\nc.py\n  def h: calls g\n"
    both = ObservedEndpoint(name="both", requests=8, ran=("a.f", "b.g"))
    one = ObservedEndpoint(name="one", requests=1, ran=("b.g",))
    model = replace(system(text), observed=on_tape(both, one))
    (found,) = Trace().collect(model, "")
    assert (found.a, found.b, found.weight, found.kind) == ("a.f", "b.g", 0.5, EvidenceKind.TRACE)
    assert Trace().collect(system(text), "") == ()


def test_tables_of_one_transaction_on_tape() -> None:
    """Two tables weigh by the transactions that wrote both among those that wrote either."""
    text = "a.py\n  class A: table a; references B\nb.py\n  class B: table b\n"
    ran = ObservedEndpoint(
        name="x",
        requests=1,
        writes=("a", "b"),
        transactions=(("a", "b"), ("a",), ("b",), ("b", "c")),
    )
    (found,) = Trace().collect(replace(system(text), observed=on_tape(ran)), "")
    assert found.weight == 0.25

"""Seams, verdict and explanations, from source text to the judged whole."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import system
from decompose.assess import explain
from decompose.domain.analysis import Advice, Analysis, Automation, SeamKind
from decompose.domain.boundary import Boundary, Pin
from decompose.domain.finding import Location
from decompose.domain.model import Note, NoteKind
from decompose.errors import UserError
from decompose.evidence.data import Data
from decompose.evidence.structure import Structure
from decompose.evidence.transaction import Transactions
from decompose.judge import judge
from shop import SHOP

TANGLED = SHOP.replace(
    "calls place, find_user, money", "calls place, find_user, money, make_user; writes tokens"
)


OWNERS = (("tokens", "accounts"),)


def judged(
    text: str = SHOP, boundary: Boundary | None = None, notes: tuple[Note, ...] = ()
) -> Analysis:
    pins = tuple(Pin(name=f"shop.{n}", service=n) for n in ("accounts", "catalogue", "orders"))
    model = replace(system(text), notes=notes)
    sources = [Structure(), Data(), Transactions()]
    evidence = [e for source in sources for e in source.collect(model, "")]
    return judge(model, evidence, boundary or Boundary(pins=pins, owners=OWNERS))


def kinds(analysis: Analysis) -> set[tuple[SeamKind, str, str]]:
    return {(seam.kind, seam.source, seam.target) for seam in analysis.seams}


def test_calls_that_write_are_commands() -> None:
    """A call to another service's writer is a command; one that reads is a copy."""
    found = kinds(judged(TANGLED))
    assert (SeamKind.COMMAND, "shop.orders.checkout", "shop.accounts.make_user") in found
    assert (SeamKind.COPY, "shop.orders.checkout", "shop.accounts.find_user") in found


def test_reads_are_replicas_and_direct_writes_are_forwarded() -> None:
    """Reading a foreign table is automatic, writing it without a function is debt."""
    seams = {(s.kind, s.target): s for s in judged(TANGLED).seams}
    assert seams[SeamKind.READ, "products"].automation is Automation.AUTOMATIC
    assert seams[SeamKind.FORWARDED_WRITE, "tokens"].automation is Automation.FORWARDED
    assert seams[SeamKind.FORWARDED_WRITE, "tokens"].endpoints == ("orders.checkout",)


def test_equal_writers_forward_and_a_warning_names_the_owner() -> None:
    """A tie refuses nothing: one owns the table, the other forwards, a person may choose."""
    text = SHOP.replace("writes orders, order_items\n  def place", "writes tokens\n  def place")
    pins = tuple(Pin(name=f"shop.{n}", service=n) for n in ("accounts", "catalogue", "orders"))
    analysis = judged(text, Boundary(pins=pins))
    (tie,) = [f for f in analysis.findings if f.code == "owner-tied"]
    assert "'tokens' equally often; accounts owns it" in tie.message
    assert "[owners]" in tie.hint
    assert Automation.REFUSED not in {seam.automation for seam in analysis.seams}


def test_transactions_over_several_owners_are_sagas() -> None:
    """The saga lists its steps; foreign keys across services are seams of their own."""
    seams = judged(TANGLED).seams
    saga = next(s for s in seams if s.kind is SeamKind.SAGA)
    assert "tokens (accounts)" in saga.flags[0]
    assert any(s.kind is SeamKind.FOREIGN_KEY and s.target == "users" for s in seams)


def noted(kind: NoteKind, definition: str, target: str = "") -> Note:
    where = Location(path="shop/accounts.py", line=7)
    return Note(definition=definition, kind=kind, target=target, location=where)


def test_state_that_services_share_is_a_seam() -> None:
    """A variable that changes at run time is a seam for each other service that gets to it."""
    text = SHOP.replace("find_user: reads", "find_user: references seen; reads")
    text = text.replace("  def issue:", "  var seen:\n  def issue:")
    changed = noted(NoteKind.STATE, "shop.accounts.find_user", "shop.accounts.seen")
    assert not [s for s in judged(text).seams if s.kind is SeamKind.STATE]
    (seam,) = [s for s in judged(text, notes=(changed,)).seams if s.kind is SeamKind.STATE]
    assert (seam.from_service, seam.to_service) == ("orders", "accounts")
    assert (seam.source, seam.target) == ("shop.accounts.find_user", "shop.accounts.seen")


def test_locks_and_savepoints_are_flagged_where_owners_differ() -> None:
    """No row lock and no SAVEPOINT spans two databases, and a saga says so."""
    notes = (noted(NoteKind.LOCK, "shop.orders.checkout"),
             noted(NoteKind.SAVEPOINT, "shop.orders.place"))  # fmt: skip
    sagas = [s for s in judged(TANGLED, notes=notes).seams if s.kind is SeamKind.SAGA]
    assert sagas
    assert all("SAVEPOINT" in "".join(s.flags) for s in sagas)
    assert all("locks rows" in "".join(s.flags) for s in sagas)


def test_code_found_by_a_name_made_at_run_time_is_a_seam() -> None:
    """What such a name can mean in another service is kept whole, and told."""
    text = SHOP.replace("history: GET", "history: finds add; GET")
    (seam,) = [s for s in judged(text).seams if s.kind is SeamKind.DYNAMIC]
    assert (seam.source, seam.target) == ("shop.orders.history", "shop.catalogue.add")
    assert seam.flags == ("its name is put together at run time",)


def test_seam_ids_are_unique_and_decisions_count() -> None:
    """A decision of the boundary file overrides the technique; lost ones are reported."""
    first = judged(TANGLED).seams[0]
    pins = judged(TANGLED).boundary.pins
    boundary = Boundary(pins=pins, seams=((first.id, "refuse"), ("gone", "copy")))
    analysis = judged(TANGLED, boundary)
    assert len({s.id for s in analysis.seams}) == len(analysis.seams)
    assert next(s for s in analysis.seams if s.id == first.id).automation is Automation.REFUSED
    assert any(f.code == "seam-not-found" for f in analysis.findings)


def test_small_systems_are_advised_to_stay_one() -> None:
    """The verdict is honest about a few hundred lines."""
    verdict = judged().verdict
    assert verdict.advice is Advice.KEEP
    assert verdict.reasons
    assert verdict.next_steps


def test_exactly_one_alternative_is_chosen() -> None:
    """Staying one is among the alternatives."""
    alternatives = judged().alternatives
    assert sum(a.chosen for a in alternatives) == 1
    assert alternatives[0].services == 1


@pytest.mark.parametrize(
    ("name", "kind", "service"),
    [
        ("users", "table", "accounts"),
        ("shop.orders", "module", "orders"),
        ("shop.orders.place", "definition", "orders"),
        ("orders.checkout", "endpoint", "orders"),
        ("/orders/cancel", "route", "orders"),
    ],
)
def test_everything_with_a_name_is_explained(name: str, kind: str, service: str) -> None:
    """Evidence is ranked, and something would move it."""
    a = judged()
    found = explain(a.model, a.graph, a.partition, a.seams, name)
    assert (found.kind, found.service) == (kind, service)
    weights = [abs(e.weight) for e in found.evidence]
    assert weights == sorted(weights, reverse=True)
    assert found.reasons
    assert found.moves


def test_unknown_names_are_not_explained() -> None:
    """The error offers what comes near."""
    a = judged()
    with pytest.raises(UserError) as caught:
        explain(a.model, a.graph, a.partition, a.seams, "shop.order")
    assert "shop.orders" in caught.value.hint


def test_the_whole_is_the_same_every_time() -> None:
    """Same model, same analysis."""
    assert judged() == judged()

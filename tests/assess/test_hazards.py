"""What works in a split and not quite as in one process: each is found, with place and advice."""

from __future__ import annotations

from dataclasses import replace

from builders import system
from decompose.assess.hazards import hazards
from decompose.assess.view import view
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import Note, NoteKind, SystemModel
from decompose.domain.partition import Partition, Placement, Service, TableOwner

SOURCE = """
a.py
  class A: table a
  def buy: POST /buy -> a.buy; calls pay; writes a
  def look: GET /look -> a.look; calls rates
b.py
  class B: table b
  def pay: writes b
  def rates: reads b
  def show: GET /show -> b.show; calls rates
"""


def place(model: SystemModel, name: str) -> Location:
    return next(d.location for d in model.definitions if d.id == name)


def found(model: SystemModel) -> tuple[Finding, ...]:
    """The hazards where each module is a service that owns the table it declares."""
    homes = {d.id: d.module for d in model.definitions}
    partition = Partition(
        services=tuple(
            Service(id=s, name=s, description="", endpoints=(), tables=(), definitions=(), lines=0)
            for s in ("a", "b")
        ),
        placements=tuple(
            Placement(definition=d, service=s, confidence=1.0, runner_up="", reason="")
            for d, s in sorted(homes.items())
        ),
        owners=tuple(TableOwner(table=t, owner=t, writers=(), readers=(), tied=False)
                     for t in ("a", "b")),
    )  # fmt: skip
    return hazards(model, view(model, partition))


def noted(model: SystemModel, kind: NoteKind, name: str, location: Location) -> SystemModel:
    note = Note(definition=name, kind=kind, target="", location=location)
    return replace(model, notes=(*model.notes, note))


def test_a_commit_that_another_service_refuses_must_not_end_in_a_handler() -> None:
    """A broad `except` around the commit hides that nothing was saved, and stops the second try."""
    model = system(SOURCE)
    (buy,) = [e for e in model.endpoints if e.name == "a.buy"]
    commit = buy.transactions[0].commit
    (finding,) = found(noted(model, NoteKind.GUARD, "a.buy", commit))
    assert (finding.code, finding.severity) == ("commit-guarded", Severity.WARNING)
    assert finding.location == commit
    assert "a.buy" in finding.message
    assert "b can refuse" in finding.message


def test_a_handler_around_the_call_that_commits_counts_too() -> None:
    """The commit may stand in what the guarded line calls."""
    model = system(SOURCE)
    (buy,) = [e for e in model.endpoints if e.name == "a.buy"]
    inner = replace(buy.transactions[0], path=("a.buy", "b.pay"), commit=place(model, "b.pay"))
    others = tuple(e for e in model.endpoints if e is not buy)
    model = replace(model, endpoints=(*others, replace(buy, transactions=(inner,))))
    (call,) = [r for r in model.references if (r.source, r.target) == ("a.buy", "b.pay")]
    (finding,) = found(noted(model, NoteKind.GUARD, "a.buy", call.location))
    assert finding.location == call.location


def test_a_commit_of_ones_own_tables_may_end_in_a_handler() -> None:
    """Nobody else can refuse it: it fails as it did in the monolith."""
    model = system("a.py\n  class A: table a\n  def buy: POST /buy -> a.buy; writes a\n")
    commit = model.endpoints[0].transactions[0].commit
    assert not found(noted(model, NoteKind.GUARD, "a.buy", commit))


def cached(model: SystemModel, name: str) -> SystemModel:
    return noted(model, NoteKind.CACHE, name, place(model, name))


def test_a_cache_over_data_that_several_services_keep_is_told() -> None:
    """Each service keeps what it read; none can empty the cache of another."""
    model = system(SOURCE)
    (finding,) = found(cached(model, "b.rates"))
    assert (finding.code, finding.location) == ("cache-copied", place(model, "b.rates"))
    assert "in a and b" in finding.message


def test_a_cache_of_one_service_or_over_no_data_is_as_it_was() -> None:
    """What one service runs alone, or what depends on its arguments only, does not change."""
    alone = system(SOURCE.replace("; calls rates\nb.py", "\nb.py"))
    assert not found(cached(alone, "b.rates"))
    pure = system(SOURCE.replace("rates: reads b", "rates:"))
    assert not found(cached(pure, "b.rates"))


def test_files_that_endpoints_write_are_told() -> None:
    """In several services it is a warning, in one a note; what no endpoint runs is left out."""
    model = system(SOURCE + "  def script:\n")
    for name in ("b.rates", "b.pay", "b.script"):
        model = noted(model, NoteKind.FILE, name, place(model, name))
    severities = {f.location: f.severity for f in found(model) if f.code == "file-written"}
    assert severities == {
        place(model, "b.rates"): Severity.WARNING,
        place(model, "b.pay"): Severity.NOTE,
    }


def test_rows_that_are_taken_in_no_order_are_told() -> None:
    """Which rows of many come is the database's choice; only what endpoints run matters."""
    model = system(SOURCE + "  def script:\n")
    for name in ("b.rates", "b.script"):
        model = noted(model, NoteKind.PAGE, name, place(model, name))
    (finding,) = found(model)
    assert (finding.code, finding.severity) == ("page-unordered", Severity.WARNING)
    assert finding.location == place(model, "b.rates")

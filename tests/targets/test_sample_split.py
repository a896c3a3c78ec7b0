"""What is promised of the sample's split, before it runs (`make demo` runs it)."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path

from decompose.domain.finding import Severity
from decompose.domain.plan import Technique
from decompose.pipeline import Options
from decompose.scaffolding import System, scaffold
from decompose.wiring.built_in import built_in
from targets.split import Progress

SAMPLE = Path(__file__).parents[2] / "sample_monolith"
LARGEST = 0.6
"""The share of the monolith's lines that a slice may have."""


@cache
def shop() -> System:
    """The sample, split as the analysis advises."""
    options = Options(without=frozenset({"history"}))
    return scaffold(SAMPLE, built_in().toolkit, options, Progress())


def test_it_has_services_with_tables_of_their_own() -> None:
    """There are four services or more, and every table has exactly one owner."""
    services = shop().plan.services
    owners = Counter(table for service in services for table in service.tables)
    assert len(services) >= 4
    assert len(owners) == 31
    assert set(owners.values()) == {1}


def test_every_rule_is_answered_by_one_of_them() -> None:
    """No route is lost, and each is in the plan of the service that answers it."""
    plan = shop().plan
    answered = {(s.id, endpoint.name) for s in plan.services for endpoint in s.endpoints}
    assert {(r.service, r.endpoint) for r in plan.routes} == answered


def test_no_service_carries_everything() -> None:
    """No slice is above the limit, and together they leave something out everywhere."""
    shares = {cut.service: cut.share for cut in shop().sliced.slices}
    assert max(shares.values()) <= LARGEST, shares


def test_nothing_is_refused() -> None:
    """Every seam has a technique that works, and no finding is an error."""
    system = shop()
    assert {d.technique for d in system.plan.decisions}.isdisjoint({Technique.REFUSE})
    assert [f for f in system.findings if f.severity is Severity.ERROR] == []


def test_a_copy_has_an_owner_that_is_another_service() -> None:
    """No service copies a table of its own, and each copied table's owner owns it."""
    owned = {service.id: set(service.tables) for service in shop().plan.services}
    for service in shop().plan.services:
        for foreign in service.foreign:
            assert foreign.owner != service.id
            assert foreign.table in owned[foreign.owner]


def test_whoever_may_forward_a_write_is_known_to_the_owner() -> None:
    """An owner can ask each service that has its tables, also those that only declare them."""
    written = {file.path: file.content for file in shop().files}
    services = {name.split("/")[1]: json.loads(content) for name, content in written.items()
                if name.endswith("/service.json")}  # fmt: skip
    needed = {(owner, name) for name, service in services.items()
              for owner in {**service["replicas"], **service["declared"]}.values()}  # fmt: skip
    assert len(services) >= 4
    assert not {pair for pair in needed if pair[1] not in services[pair[0]]["peers"]}

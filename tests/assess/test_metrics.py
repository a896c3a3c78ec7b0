"""Every published metric, against an example worked by hand."""

from __future__ import annotations

from math import log

import pytest

from builders import system
from decompose.assess import data, mojofm, structure
from decompose.assess.runtime import CostModel, Trip, predicted
from decompose.domain.model import SystemModel

# Service x holds a and b, service y holds c and d. Calls: a-b 3, a-c 1, c-d 2.
GROUPS = {"a": "x", "b": "x", "c": "y", "d": "y"}
CALLS = {("a", "b"): 3, ("a", "c"): 1, ("c", "d"): 2}


def test_sm_and_smq() -> None:
    """sm = (3/4 + 2/4)/2 - 1/8; smq = (1/4 + 1/4)/2 - 1/8."""
    assert structure.modular_quality(CALLS, GROUPS, weighted=True) == pytest.approx(0.5)
    assert structure.modular_quality(CALLS, GROUPS, weighted=False) == pytest.approx(0.125)


def test_icp() -> None:
    """1 of 6 calls crosses; with logarithms 1 of 3 + ln 3 + ln 2."""
    assert structure.crossing_calls(CALLS, GROUPS, logarithmic=False) == pytest.approx(1 / 6)
    damped = 1 / (3 + log(3) + log(2))
    assert structure.crossing_calls(CALLS, GROUPS, logarithmic=True) == pytest.approx(damped)


def test_ifn() -> None:
    """a and b call c: two pairs, one callee, over two services."""
    calls = {**CALLS, ("b", "c"): 1}
    assert structure.interfaces(calls, GROUPS, pairs=True) == 1
    assert structure.interfaces(calls, GROUPS, pairs=False) == 0.5


def test_ned() -> None:
    """A service of 5 is fair and one of 1 is extreme: 1 of 6 definitions, 1 of 2 services."""
    groups = {**{f"f{i}": "x" for i in range(5)}, "g": "y"}
    assert structure.extremes(groups, by_service=False) == pytest.approx(1 / 6)
    assert structure.extremes(groups, by_service=True) == 0.5


def test_bcp_and_entropy() -> None:
    """4 use cases and 1: (2 + 0)/2 bits; an even split of two has one bit."""
    assert structure.context_purity({"x": 4, "y": 1}) == 1
    assert structure.entropy([1, 1]) == 1
    assert structure.entropy([3]) == 0


def test_mojofm() -> None:
    """One move of four elements to two pairs: 1 - 1/2, since two is the farthest; equal is 1."""
    truth = {"a": "1", "b": "1", "c": "2", "d": "2"}
    assert mojofm(truth, truth) == 1
    assert mojofm({"a": "x", "b": "x", "c": "x", "d": "y"}, truth) == pytest.approx(0.5)


OWNER = {"users": "a", "tokens": "a", "orders": "b"}


def data_model() -> SystemModel:
    return system(
        "m.py\n"
        "  def login: POST /login -> login; reads users; writes tokens\n"
        "  def me: GET /me -> me; reads users\n"
        "  def buy: POST /buy -> buy; reads users; writes orders, tokens\n"
        "  def all: GET /all -> all; reads orders, tokens\n"
    )


def test_inesc_cohesion() -> None:
    """Shares of a's two tables: login 1, me 1/2, buy 1, all 1/2."""
    assert data.cohesion(data_model().endpoints, OWNER, "a") == pytest.approx(0.75)
    assert data.cohesion(data_model().endpoints, OWNER, "b") == 1


def test_inesc_coupling() -> None:
    """Endpoints of b (buy, all) use both tables of a; those of a none of b."""
    host = {"login": "a", "me": "a", "buy": "b", "all": "b"}
    hosted = [(host[e.name], e) for e in data_model().endpoints]
    assert data.coupling(hosted, OWNER, ("a", "b")) == 0.5


def test_inesc_complexity() -> None:
    """Distributed: buy writes 2 that all reads, all reads 2 that buy writes; over 4 endpoints."""
    assert data.complexity(data_model().endpoints, OWNER) == 1


def test_transaction_entropy() -> None:
    """Of two transactions login's is pure and buy's is split evenly."""
    assert data.transaction_entropy(data_model().endpoints, OWNER) == 0.5


def test_predictions() -> None:
    """One endpoint that writes at two owners and pulls from one, one that does neither."""
    far = Trip(endpoint="e", service="a", called=frozenset("bd"), pulled=frozenset("c"))
    near = Trip(endpoint="f", service="a", called=frozenset(), pulled=frozenset())
    values = predicted([far, near], CostModel())
    assert values["latency"] == pytest.approx((20 + 2 * 3 + 2 + 20) / 2)
    assert values["throughput"] == pytest.approx(4 * 1000 * 2 / 48)
    assert values["availability"] == pytest.approx((0.999**3 + 0.999) / 2)

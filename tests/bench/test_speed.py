"""How long judging a large system takes."""

from __future__ import annotations

import random
import sys
import time

import pytest

from decompose.domain.boundary import Boundary
from decompose.domain.finding import Location
from decompose.domain.model import (
    Access,
    Definition,
    DefinitionKind,
    EndpointEffects,
    Mode,
    Module,
    Reference,
    ReferenceKind,
    Route,
    SystemModel,
    Table,
)
from decompose.evidence.data import Data
from decompose.evidence.structure import Structure
from decompose.evidence.transaction import Transactions
from decompose.judge import judge

PER_MODULE = 12
PER_DOMAIN = 300


def large(size: int, links: int, seed: int = 1) -> SystemModel:
    """Build a made-up system: domains of 300 definitions, four of five links inside a domain."""
    draw = random.Random(seed)  # noqa: S311 - a repeatable measurement
    names = [f"app.d{i // PER_DOMAIN}.m{i // PER_MODULE}.f{i}" for i in range(size)]
    module = [name.rpartition(".")[0] for name in names]
    at = [Location(path=module[i].replace(".", "/") + ".py", line=1 + 9 * (i % PER_MODULE))
          for i in range(size)]  # fmt: skip
    definitions = [
        Definition(id=names[i], module=module[i], kind=DefinitionKind.FUNCTION, location=at[i],
                   end_line=at[i].line + 7, top=names[i])
        for i in range(size)
    ]  # fmt: skip
    tables = range(0, size, PER_DOMAIN // 2)
    references, accesses = set(), set()
    for _ in range(links):
        a = draw.randrange(size)
        start = a // PER_DOMAIN * PER_DOMAIN
        near = draw.random() < 0.8
        b = min(size - 1, start + draw.randrange(PER_DOMAIN)) if near else draw.randrange(size)
        references.add(Reference(source=names[a], target=names[b], kind=ReferenceKind.CALL,
                                 location=at[a]))  # fmt: skip
        if draw.random() < 0.05:
            mode = draw.choice([Mode.READ, Mode.WRITE])
            table = names[b // (PER_DOMAIN // 2) * (PER_DOMAIN // 2)]
            accesses.add(Access(definition=names[a], table=table, mode=mode, location=at[a],
                                how="orm"))  # fmt: skip
    handlers = sorted(draw.sample(range(size), size // 20))
    return SystemModel(
        root_name="app",
        modules=tuple(Module(name=name, path=name.replace(".", "/") + ".py", language="python",
                             lines=9 * PER_MODULE) for name in sorted(set(module))),
        definitions=tuple(sorted(definitions, key=lambda d: d.id)),
        references=tuple(sorted(references)),
        routes=tuple(sorted(Route(rule=f"/{i}", methods=("GET",), endpoint=f"e{i}",
                                  handler=names[i], location=at[i]) for i in handlers)),
        entries=(),
        tables=tuple(sorted((Table(name=names[i], location=at[i], definition=names[i],
                                   entities=(names[i],)) for i in tables), key=lambda t: t.name)),
        accesses=tuple(sorted(accesses)),
        endpoints=tuple(EndpointEffects(name=f"e{i}", handler=names[i], hooks=(), reaches=(),
                                        effects=(), transactions=()) for i in handlers),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("size", "links"),
    [
        pytest.param(10_000, 100_000, marks=pytest.mark.bench),
        pytest.param(100_000, 300_000, marks=pytest.mark.large),
    ],
)
def test_large_systems_are_judged(size: int, links: int) -> None:
    """Evidence, clustering and assessment end, and every definition has one place."""
    model = large(size, links)
    start = time.perf_counter()
    evidence = [e for source in (Structure(), Data(), Transactions())
                for e in source.collect(model, "")]  # fmt: skip
    made = judge(model, evidence, Boundary())
    seconds = time.perf_counter() - start
    sys.stdout.write(f"\n{size:7,} definitions, {len(evidence):7,} evidence: {seconds:5.1f} s, "
                     f"{len(made.partition.services)} services\n")  # fmt: skip
    placed = [placement.definition for placement in made.partition.placements]
    assert sorted(placed) == sorted(d.id for d in model.definitions if d.id == d.top)

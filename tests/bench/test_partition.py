"""Agreement of our partition with feature packages that it can't see, and of simpler methods."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import fmean

import pytest

from decompose.assess import mojofm
from decompose.cluster import partition
from decompose.cluster.net import rand_index
from decompose.domain.boundary import Boundary
from decompose.domain.model import SystemModel
from decompose.evidence.weigh import weigh
from decompose.pipeline import Options
from decompose.source import discover, read_all
from decompose.wiring.built_in import built_in
from real.apps import FLASKBB, REPOSITORY, SAMPLE, Archive
from real.workspace import unpack, work_folder

from .hide import hide, opaque_names, renamed
from .partitions import by_module, feature_of, louvain, propagation, shuffled

pytestmark = [pytest.mark.bench, pytest.mark.real]

UV = Path(__file__).parents[2] / ".cache/uv/bin/python"
FITTRACKEE = Archive(
    project="fittrackee",
    version="0.7.31",
    sha256="d317c8fa6e002dfd86ae6dc2964536c0ab37d193b5075bc44ffe4c02dcd40e00",
    folder="",
)
ABILIAN = Archive(
    project="abilian-sbe",
    version="1.1.15",
    sha256="64106d8cf170b029a21b518f6e08cd6df5baaf52f777d15bd10611013a286f71",
    folder="src",
)
# Archive (None: the sample) and the package whose packages are features.
PACKAGED = {
    "sample": (None, "shop"),
    "flaskbb": (FLASKBB.archive, "flaskbb"),
    "fittrackee": (FITTRACKEE, "fittrackee"),
    "abilian-sbe": (ABILIAN, "abilian.sbe.apps"),
}
SEEDS = range(20)
Score = tuple[float, float]


class Quiet:
    """Shows no progress."""

    def stage(self, name: str, total: int) -> None:
        """Take note of nothing."""

    def advance(self, count: int) -> None:
        """Take note of nothing."""


def model_of(source: Path) -> SystemModel:
    """Read a source tree into its system model."""
    toolkit = built_in().toolkit
    tree = discover(source, ())
    return toolkit.resolve(tree, read_all(tree, toolkit.readers, None, Options().workers, Quiet()))


def ours(model: SystemModel) -> dict[str, str]:
    """Label top-level definitions by our best split, from all evidence but history."""
    sources = (s for s in built_in().toolkit.evidence if s.name != "history")
    graph = weigh(model, (item for source in sources for item in source.collect(model, "")))
    candidates = partition(model, graph, Boundary()).candidates
    split = [c for c in candidates if len(c.partition.services) > 1] or candidates
    made = max(split, key=lambda c: c.score).partition
    return {place.definition: place.service for place in made.placements}


def agreement(found: dict[str, str], truth: dict[str, str]) -> Score:
    """Return adjusted Rand index and MoJoFM; what was left out is a group of its own."""
    labels = {name: found.get(name, "(none)") for name in truth}
    numbers = {label: index for index, label in enumerate(sorted({*labels.values()}))}
    features = {label: index for index, label in enumerate(sorted({*truth.values()}))}
    one = [numbers[labels[name]] for name in truth]
    two = [features[truth[name]] for name in truth]
    return rand_index(one, two), mojofm(labels, truth)


def with_domain(model: SystemModel, features: dict[str, str]) -> set[str]:
    """The packages with a route or a table: the others are layers or helpers, no features."""
    module = {d.id: d.module for d in model.definitions}
    names = {r.handler for r in model.routes} | {t.definition for t in model.tables}
    return {features.get(module.get(name, ""), "") for name in names} - {""}


def scores_of(model: SystemModel, root: str) -> dict[str, Score]:
    """Compare each method's partition of the model, its packages hidden, with the packages."""
    names = opaque_names(model)
    features = {m.name: feature_of(m.name, root) for m in model.modules}
    real = with_domain(model, features)
    known = by_module(model, {name: feature for name, feature in features.items()
                              if feature in real})  # fmt: skip
    truth = {renamed(name, names): feature for name, feature in known.items()}
    hidden = hide(model, names)
    mine = ours(hidden)
    methods: dict[str, Callable[[int], dict[str, str]]] = {
        "Louvain on imports": lambda seed: by_module(hidden, louvain(hidden, seed)),
        "label propagation": lambda seed: by_module(hidden, propagation(hidden, seed)),
        "random": lambda seed: shuffled(mine, seed),
    }
    scores = {"ours": agreement(mine, truth)}
    for name, method in methods.items():
        runs = [agreement(method(seed), truth) for seed in SEEDS]
        scores[name] = (fmean(ari for ari, _ in runs), fmean(mojo for _, mojo in runs))
    return scores


def source_of(name: str) -> Path:
    """The application's source; nothing of it is installed."""
    archive = PACKAGED[name][0]
    if archive is None:
        return REPOSITORY / SAMPLE.local
    return unpack(archive, UV, work_folder() / "packaged" / name) / archive.folder


@pytest.mark.parametrize("name", sorted(PACKAGED))
def test_partition_agrees_with_packages(name: str) -> None:
    """Our partition agrees with the hidden packages better than each simpler method does.

    Those depend on chance, so each stands with its mean of 20 runs.
    """
    scores = scores_of(model_of(source_of(name)), PACKAGED[name][1])
    sys.stdout.write(f"\n{name:22}   ARI  MoJoFM\n")
    for method, (ari, mojo) in scores.items():
        sys.stdout.write(f"{method:22} {ari:5.3f}   {mojo:5.3f}\n")
    best = scores.pop("ours")
    assert all(best[0] > ari and best[1] > mojo for ari, mojo in scores.values())

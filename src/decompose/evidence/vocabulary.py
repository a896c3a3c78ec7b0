"""Vocabulary: modules that speak of the same things."""

from __future__ import annotations

from math import fsum, log, sqrt

from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence, EvidenceKind
from decompose.evidence.pairs import linked_pairs

_Vector = dict[str, float]


class Vocabulary:
    """Cosine of the TF-IDF vectors of two modules' words (Salton and Buckley 1988).

    tf = 1 + ln count, idf = ln(modules / modules with the word). The weight (0 to 1) never makes
    an edge: weighing turns it into a factor on edges that exist.
    """

    name = "vocabulary"

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """One piece of evidence per linked pair of definitions of two modules."""
        vectors = _vectors(model)
        module = {d.id: d.module for d in model.definitions}
        cosines: dict[tuple[str, str], float] = {}
        found = []
        for (a, b), location in linked_pairs(model).items():
            key = (module[a], module[b])
            if key not in cosines:
                cosines[key] = _cosine(vectors.get(key[0], {}), vectors.get(key[1], {}))
            found.append(
                Evidence(
                    a=a,
                    b=b,
                    kind=EvidenceKind.VOCABULARY,
                    weight=round(cosines[key], 9),
                    why=f"the words of {key[0]} and {key[1]} agree to {cosines[key]:.0%}",
                    location=location,
                )
            )
        return tuple(sorted(found))


def _vectors(model: SystemModel) -> dict[str, _Vector]:
    spread: dict[str, int] = {}
    for module in model.modules:
        for word, _ in module.words:
            spread[word] = spread.get(word, 0) + 1
    total = len(model.modules)
    return {
        m.name: _unit({w: (1 + log(n)) * log(total / spread[w]) for w, n in m.words if n > 0})
        for m in model.modules
    }


def _unit(vector: _Vector) -> _Vector:
    length = sqrt(fsum(value * value for value in vector.values()))
    return {word: value / length for word, value in vector.items() if value} if length else {}


def _cosine(one: _Vector, two: _Vector) -> float:
    small, large = sorted((one, two), key=len)
    return fsum(value * large[word] for word, value in small.items() if word in large)

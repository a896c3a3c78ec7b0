"""What clustering hands to assessment: the chosen partition and those it was chosen from."""

from __future__ import annotations

from dataclasses import dataclass

from decompose.domain.finding import Finding
from decompose.domain.partition import Partition


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """The best partition found for one number of services.

    `modularity` is that of the coupling graph, `expected` what the same procedure finds in
    random graphs of the same degrees, `torn` the share of transaction weight (0 to 1) that
    crosses services, `score` the documented balance of the three; one service scores 0.
    """

    partition: Partition
    modularity: float
    expected: float
    torn: float
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Clustering:
    """Candidates by number of services, the index of the chosen one, and how sure it is.

    `z_score` says by how many standard deviations the graph's modularity exceeds that of random
    graphs of the same degrees; `agreement` is the mean pairwise adjusted Rand index of the runs.
    """

    candidates: tuple[Candidate, ...]
    chosen: int
    z_score: float
    agreement: float
    findings: tuple[Finding, ...] = ()

    @property
    def partition(self) -> Partition:
        """The chosen partition."""
        return self.candidates[self.chosen].partition

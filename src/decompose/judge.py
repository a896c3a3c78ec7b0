"""Evidence in, analysis out: weigh, cluster, assess."""

from __future__ import annotations

from collections.abc import Iterable

from decompose.assess import assess
from decompose.cluster import partition
from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.evidence.weigh import weigh
from decompose.ports import Recall, afresh


def judge(
    model: SystemModel,
    evidence: Iterable[Evidence],
    boundary: Boundary,
    recall: Recall = afresh,
) -> Analysis:
    """The whole way from what the sources found to the verdict.

    Raises UserError where the boundary names what is not there, or contradicts itself.
    """
    graph = weigh(model, evidence)
    return assess(model, graph, partition(model, graph, boundary, recall=recall), boundary)

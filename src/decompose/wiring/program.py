"""What the commands work with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console

from decompose.domain.analysis import Analysis
from decompose.domain.finding import Finding
from decompose.domain.plan import CutPlan
from decompose.domain.slicing import Sliced
from decompose.domain.summary import Summary
from decompose.domain.verification import FaultRuns, Verification
from decompose.pipeline import Toolkit
from decompose.write import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The parts of an analysis, and how its result is shown.

    `documents` gives what is written, `summary` what fits a screen of it, `explain` tells about one
    name and raises UserError where the analysis doesn't know it, `plan` shows what each service of
    a split gets. `verified` and `verification` are the documents and the screen of a verification,
    `faults` the screen of one whose services failed.
    """

    toolkit: Toolkit
    documents: Callable[[Analysis], Iterable[Document]]
    summary: Callable[[Analysis], Summary]
    explain: Callable[[Analysis, str, Console], None]
    plan: Callable[[CutPlan, Sliced, Sequence[Finding], Console], None]
    verified: Callable[[Verification], Iterable[Document]]
    verification: Callable[[Verification, Console], None]
    faults: Callable[[FaultRuns, Console], None]

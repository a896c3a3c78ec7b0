"""The built-in parts. Loading this module loads every library that the program uses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

from rich.console import Console

from decompose import report
from decompose.assess import explain
from decompose.domain.analysis import Analysis
from decompose.domain.boundary import Boundary
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.evidence.data import Data
from decompose.evidence.history import History
from decompose.evidence.structure import Structure
from decompose.evidence.trace import Trace
from decompose.evidence.transaction import Transactions
from decompose.evidence.vocabulary import Vocabulary
from decompose.judge import judge
from decompose.pipeline import Toolkit
from decompose.ports import Recall
from decompose.readers.flask import FlaskLibrary
from decompose.readers.jinja import JinjaReader
from decompose.readers.marshmallow import MarshmallowLibrary
from decompose.readers.python import PythonReader
from decompose.readers.sql import SqlReader
from decompose.readers.sqlalchemy import SqlAlchemyLibrary
from decompose.resolve import build_model
from decompose.source import decode
from decompose.targets import flask_system
from decompose.verify.observing import observe
from decompose.wiring.program import Program


def built_in() -> Program:
    """The program as it is shipped."""
    toolkit = Toolkit(
        readers=(PythonReader(), JinjaReader(), SqlReader()),
        evidence=(Structure(), Data(), Transactions(), Vocabulary(), History(), Trace()),
        resolve=partial(
            build_model, libraries=(FlaskLibrary, SqlAlchemyLibrary, MarshmallowLibrary)
        ),
        observe=observe,
        divide=_divide,
        target=flask_system,
    )
    return Program(
        toolkit=toolkit,
        documents=report.documents,
        summary=report.summarize,
        explain=_explain,
        plan=report.plan_summary,
        verified=report.verification_documents,
        verification=report.verification_summary,
        faults=report.faults_summary,
    )


def _divide(
    model: SystemModel,
    evidence: tuple[Evidence, ...],
    boundary: Boundary,
    root: str,
    recall: Recall,
) -> Analysis:
    analysis = judge(model, evidence, boundary, recall)
    return replace(analysis, seams=report.with_excerpts(analysis.seams, _line_reader(Path(root))))


def _line_reader(root: Path) -> Callable[[str], Sequence[str]]:
    @cache
    def lines(path: str) -> Sequence[str]:
        """A file's lines, none where it can't be read any more."""
        try:
            content = (root / path).read_bytes()
        except OSError:
            return ()
        return decode(content, path).text.split("\n")

    return lines


def _explain(analysis: Analysis, name: str, console: Console) -> None:
    found = explain(analysis.model, analysis.graph, analysis.partition, analysis.seams, name)
    report.explanation(found, analysis, console)

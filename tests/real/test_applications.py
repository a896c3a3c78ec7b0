"""The static analysis against applications that really run; started by `make real` only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .apps import APPS, App
from .scores import Scores, details, score, table
from .static import analyze
from .truth import observe
from .workspace import install, work_folder

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def rows() -> Iterator[list[Scores]]:
    """Collect the scores of all applications, and write their table at the end."""
    collected: list[Scores] = []
    yield collected
    (work_folder() / "scores.txt").write_text(table(collected), encoding="utf-8")


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.name)
def test_application(app: App, rows: list[Scores]) -> None:
    """Routes, tables and accesses of a running application are found without running it."""
    installed = install(app)
    truth = observe(installed)
    found = analyze(installed.source, installed.run / "report")
    scores = score(app.name, truth, found)
    rows.append(scores)
    report = "\n".join(details(scores, truth, found))
    (installed.run / "details.txt").write_text(report, encoding="utf-8")
    assert truth.accesses, "no request of its tests touched a table: nothing was compared"
    assert not scores.shortfalls, f"{', '.join(scores.shortfalls)}\n{report}"

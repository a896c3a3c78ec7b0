"""The stages of an analysis, each fed with what the one before gave."""

from __future__ import annotations

from pathlib import Path

from decompose.pipeline import Options, analyze
from fakes.parts import TOOLKIT, Quiet, write_tree


def test_stages(tmp_path: Path) -> None:
    """Every stage runs once, in order, and its watcher is told."""
    write_tree(tmp_path, {"a.py": "x", "b.sql": "y"})
    progress = Quiet()
    analysis = analyze(tmp_path, TOOLKIT, Options(), progress)
    assert progress.stages == ["Looking", "Reading", "Resolving", "Weighing", "Clustering"]
    assert [module.name for module in analysis.model.modules] == ["a", "sql:b.sql"]
    assert [item.why for item in analysis.graph.evidence] == ["history", "structure"]


def test_without_history(tmp_path: Path) -> None:
    """A source of evidence can be left out by name."""
    write_tree(tmp_path, {"a.py": ""})
    options = Options(without=frozenset({"history"}))
    analysis = analyze(tmp_path, TOOLKIT, options, Quiet())
    assert [item.why for item in analysis.graph.evidence] == ["structure"]


def test_boundary(tmp_path: Path) -> None:
    """The tree's own boundary file counts unless another is named, and an option overrides it."""
    write_tree(tmp_path, {"a.py": "", "decompose.toml": "services = 3\nignore = ['b.py']"})
    write_tree(tmp_path, {"b.py": "", "other.toml": "services = 5"})
    own = analyze(tmp_path, TOOLKIT, Options(), Quiet())
    assert own.boundary.services == 3
    assert [module.name for module in own.model.modules] == ["a"]
    other = Options(boundary=tmp_path / "other.toml")
    assert analyze(tmp_path, TOOLKIT, other, Quiet()).boundary.services == 5
    assert analyze(tmp_path, TOOLKIT, Options(services=7), Quiet()).boundary.services == 7


def test_findings_of_every_stage(tmp_path: Path) -> None:
    """Findings are gathered, sorted, and each is there once."""
    write_tree(tmp_path, {"a.py": "", "dist/x.py": ""})
    (tmp_path / "gone.py").symlink_to("nowhere")
    analysis = analyze(tmp_path, TOOLKIT, Options(), Quiet())
    assert [item.code for item in analysis.findings] == ["folder-skipped", "unreadable-file"]

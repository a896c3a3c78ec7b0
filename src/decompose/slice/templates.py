"""The templates that a service renders."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.model import ReferenceKind, SystemModel
from decompose.domain.source import ReadBytes, SourceTree
from decompose.slice.closure import Closure
from decompose.slice.units import Unit

_PREFIX = "template:"
_DYNAMIC = re.compile(r"{%-?\s*(?:extends|include|import|from)\s+(?![\"'\[(])")
_ATTRIBUTE = re.compile(r"\.\s*([A-Za-z_]\w*)|[\"'(,\s]([A-Za-z_]\w*)[\"'=]")
_RENDERERS = {"render_template", "get_template", "get_or_select_template", "select_template",
              "stream_template", "render"}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The templates that code names, and the lines where it renders one it does not name."""

    names: frozenset[str]
    unknown: tuple[int, ...]


class Templates:
    """The monolith's templates: which there are, and which a closure asks for."""

    def __init__(self, tree: SourceTree, read: ReadBytes, model: SystemModel) -> None:
        self.paths = {f.module: f.path for f in tree.files if f.module.startswith(_PREFIX)}
        self._text = {name: _text(read, path) for name, path in self.paths.items()}
        self._used: dict[str, set[str]] = {}
        self._asked: dict[Unit, _Asked] = {}
        for reference in model.references:
            if reference.kind is ReferenceKind.TEMPLATE and not reference.external:
                self._used.setdefault(reference.source, set()).add(reference.target)
        self._orphans = set(self.paths) - {
            self._named(target) for targets in self._used.values() for target in targets
        }
        self._tops = {d.id: d.top for d in model.definitions}

    def needed(self, closure: Closure) -> tuple[set[str], set[Finding]]:
        """The templates that live code renders, those they need, and what can't be told.

        A template that nothing in the monolith names is kept: a library may render it.
        """
        live = {f"{u.module}.{name}" for u in closure.kept.live for name in u.names}
        live |= closure.kept.modules
        pending = {
            self._named(target)
            for source, targets in self._used.items()
            if self._tops.get(source, source) in live
            for target in targets
        }
        findings: set[Finding] = set()
        for unit in closure.kept.live:
            if not unit.scopes:
                asked = self._in_code(unit)
                path = closure.program.modules[unit.module].file.path
                pending |= asked.names
                findings.update(_unknown(path, line) for line in asked.unknown)
        return self._closed(pending | self._orphans), findings

    def words(self, names: Iterable[str]) -> set[str]:
        """The attributes and keywords that templates read."""
        found = (match for name in names for match in _ATTRIBUTE.findall(self._text[name]))
        return {word for pair in found for word in pair if word}

    def _closed(self, pending: set[str]) -> set[str]:
        by_template: dict[str, set[str]] = {}
        for source, targets in self._used.items():
            by_template.setdefault(self._named(source), set()).update(targets)
        found: set[str] = set()
        while pending:
            name = pending.pop()
            if name in found or name not in self.paths:
                continue
            found.add(name)
            pending.update(map(self._named, by_template.get(name, ())))
            if _DYNAMIC.search(self._text[name]):
                pending |= self._folder(name)
        return found

    def _named(self, reference: str) -> str:
        """The template of a reference, which may be to a macro in it."""
        while reference.startswith(_PREFIX) and reference not in self.paths:
            shorter = reference.rpartition(".")[0]
            if not shorter:
                break
            reference = shorter
        return reference

    def _folder(self, name: str) -> set[str]:
        folder = self.paths[name].rpartition("/")[0]
        return {other for other, path in self.paths.items() if path.rpartition("/")[0] == folder}

    def _in_code(self, unit: Unit) -> _Asked:
        """Templates named by strings, and those that a name made at run time may stand for."""
        if unit not in self._asked:
            nodes = list(ast.walk(unit.node))
            strings = (one.value for one in nodes if isinstance(one, ast.Constant))
            names = {f"{_PREFIX}{text}" for text in strings if isinstance(text, str)}
            for node in nodes:
                names |= self._matching(node) if isinstance(node, ast.JoinedStr) else set()
            calls = (one for one in nodes if isinstance(one, ast.Call) and _renders_unknown(one))
            self._asked[unit] = _Asked(
                names=frozenset(names & self.paths.keys()),
                unknown=tuple(call.lineno for call in calls),
            )
        return self._asked[unit]

    def _matching(self, node: ast.JoinedStr) -> set[str]:
        parts = [one.value if isinstance(one, ast.Constant) else None for one in node.values]
        if not any(isinstance(part, str) and "." in part for part in parts):
            return set()
        pattern = "".join(r".+" if part is None else re.escape(str(part)) for part in parts)
        return {name for name in self.paths if re.fullmatch(re.escape(_PREFIX) + pattern, name)}


def _renders_unknown(node: ast.Call) -> bool:
    """Whether a template is rendered by a parameter's or a call's name."""
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name in _RENDERERS - {"render"} and bool(node.args) and not isinstance(
        node.args[0], ast.Constant | ast.JoinedStr | ast.List
    )  # fmt: skip


def _unknown(path: str, line: int) -> Finding:
    return Finding(
        location=Location(path=path, line=line),
        code="slice-dynamic-template",
        severity=Severity.NOTE,
        message="which template is rendered here is known at run time only",
        hint="Templates whose names stand in the service's code are kept; check the others.",
    )


def _text(read: ReadBytes, path: str) -> str:
    try:
        return read(path).decode("utf-8", "replace")
    except OSError:
        return ""


def paths_of(names: Iterable[str], paths: Mapping[str, str]) -> list[str]:
    """The files of templates, sorted."""
    return sorted(paths[name] for name in names)

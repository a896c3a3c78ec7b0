"""Source text in, system model out: what tests of the resolution share.

A case file holds several named cases, so that adding one adds no code:

    === what the case is about
    --- shop/views.py
    from shop import models
    ...
    --- expected
    calls:
    shop.views.index -> shop.models.latest

`expected` names sections of `SECTIONS`; each must hold exactly the lines below it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from decompose.domain.model import DefinitionKind, ReferenceKind, SystemModel
from decompose.readers.flask import FlaskLibrary
from decompose.readers.jinja import JinjaReader
from decompose.readers.python import PythonReader
from decompose.readers.sql import SqlReader
from decompose.readers.sqlalchemy import SqlAlchemyLibrary
from decompose.resolve import build_model
from decompose.source import discover, read_all

READERS = (PythonReader(), JinjaReader(), SqlReader())


class SilentProgress:
    """Watches a run and says nothing."""

    def stage(self, name: str, total: int) -> None:
        """A stage begins."""

    def advance(self, steps: int = 1) -> None:
        """Steps are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Files by path, and the lines expected of each section."""

    name: str
    files: tuple[tuple[str, str], ...]
    expected: tuple[tuple[str, tuple[str, ...]], ...]

    def model(self, folder: Path) -> SystemModel:
        """The model of the files, written to a folder first."""
        for path, text in self.files:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        return model_of(folder)

    def found(self, folder: Path) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What the model holds of each section that the case names."""
        model = self.model(folder)
        return tuple((name, tuple(SECTIONS[name](model))) for name, _ in self.expected)


def model_of(folder: Path) -> SystemModel:
    """The model of a source tree, with everything that the program ships."""
    tree = discover(folder)
    facts = read_all(tree, READERS, None, 1, SilentProgress())
    return build_model(tree, facts, (FlaskLibrary, SqlAlchemyLibrary))


def cases(folder: Path) -> dict[str, Case]:
    """Every case of the case files in a folder, by `file: name`."""
    found: dict[str, Case] = {}
    for path in sorted(folder.glob("*.txt")):
        for block in ("\n" + path.read_text(encoding="utf-8")).split("\n=== ")[1:]:
            case = _case(block)
            label = f"{path.stem}: {case.name}"
            assert label not in found, f"two cases are called {label}"
            found[label] = case
    return found


def _case(block: str) -> Case:
    name, *parts = block.split("\n--- ")
    files = [part.partition("\n")[::2] for part in parts]
    expected = dict(files).get("expected", "")
    return Case(
        name=name.strip(),
        files=tuple((path, f"{text}\n") for path, text in files if path != "expected"),
        expected=_sections(expected),
    )


def _sections(text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    sections: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in filter(None, text.splitlines()):
        if line.removesuffix(":") in SECTIONS:
            lines = sections[line.removesuffix(":")] = []
        else:
            lines.append(line)
    return tuple((name, tuple(rows)) for name, rows in sections.items())


# Sections ------------------------------------------------------------------------------------


def _calls(model: SystemModel) -> list[str]:
    """Who calls whom; classes' bodies only where they call something."""
    return _by_source(
        (r.source, r.target) for r in model.references if r.kind is ReferenceKind.CALL
    )


def _own_calls(model: SystemModel) -> list[str]:
    """Calls within the code."""
    return _by_source(
        (r.source, r.target)
        for r in model.references
        if r.kind is ReferenceKind.CALL and not r.external
    )


def _handed(model: SystemModel) -> list[str]:
    """Calls of variables alone."""
    return _by_source((r.source, r.target) for r in model.references if r.handed)


def _by_source(edges: object) -> list[str]:
    grouped: dict[str, set[str]] = {}
    for source, target in edges:  # type: ignore[attr-defined]
        grouped.setdefault(source, set()).add(target)
    return [f"{source} -> {', '.join(sorted(grouped[source]))}" for source in sorted(grouped)]


def _references(model: SystemModel) -> list[str]:
    """References within the code, with the line of the first."""
    return [
        f"{r.location.path}:{r.location.line} {r.source} {r.kind.value} {r.target}"
        for r in sorted(model.references, key=lambda r: (r.location, r.source, r.kind, r.target))
        if not r.external
    ]


def _of_kind(*kinds: ReferenceKind) -> Callable[[SystemModel], list[str]]:
    def select(model: SystemModel) -> list[str]:
        names = tuple(kind.value for kind in kinds)
        return [line for line in _references(model) if line.split()[2] in names]

    return select


def _definitions(model: SystemModel) -> list[str]:
    return [f"{d.kind.value} {d.id}" for d in model.definitions if _is_named(d.kind)]


def _is_named(kind: DefinitionKind) -> bool:
    return kind not in (DefinitionKind.MODULE, DefinitionKind.TEMPLATE)


def _routes(model: SystemModel) -> list[str]:
    """Rules, methods, endpoints and handlers, the application's own static files aside."""
    return [
        f"{r.rule} {','.join(r.methods)} {r.endpoint} -> {r.handler}"
        for r in model.routes
        if r.endpoint != "static"
    ]


def _entries(model: SystemModel) -> list[str]:
    return [
        f"{e.kind.value} {e.name} -> {e.handler}" + (f" in {e.scope}" if e.scope else "")
        for e in model.entries
    ]


def _reaches(model: SystemModel) -> list[str]:
    """What each entry point reaches besides its handler, with the hooks around it."""
    lines = []
    for endpoint in model.endpoints:
        reached = [name for name in endpoint.reaches if name != endpoint.handler]
        hooks = f" | {', '.join(endpoint.hooks)}" if endpoint.hooks else ""
        lines.append(f"{endpoint.name}: {', '.join(reached)}{hooks}".rstrip())
    return lines


def _notes(model: SystemModel) -> list[str]:
    """What functions do that a split changes the meaning of."""
    return [f"{n.location} {n.definition} {n.kind.value} {n.target}".rstrip() for n in model.notes]


def _findings(model: SystemModel) -> list[str]:
    return [f"{f.code} {f.location.path}:{f.location.line} {f.message}" for f in model.findings]


SECTIONS: dict[str, Callable[[SystemModel], list[str]]] = {
    "calls": _calls,
    "own calls": _own_calls,
    "handed": _handed,
    "references": _references,
    "strings": _of_kind(ReferenceKind.STRING),
    "templates": _of_kind(ReferenceKind.TEMPLATE),
    "urls": _of_kind(ReferenceKind.URL),
    "dynamic": _of_kind(ReferenceKind.DYNAMIC),
    "definitions": _definitions,
    "modules": lambda model: [module.name for module in model.modules],
    "routes": _routes,
    "entries": _entries,
    "reaches": _reaches,
    "notes": _notes,
    "findings": _findings,
}

"""Scopes under construction: what a name in a template certainly means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from decompose.domain.facts import DefinitionFacts, Expr, Name, Param, ScopeKind, Stmt, pack


class Frame:
    """A template, macro or call block while its statements are lowered.

    `layers` are Jinja's scopes inside it (loops, `with`), innermost last: each maps a name to
    what it stands for there. A name in none of them, or certain in none, is read without a
    version: it may be any assignment of this frame, or come from outside.
    """

    def __init__(self, index: int, kind: ScopeKind, name: str, parent: int, line: int) -> None:
        """Start a definition; `name` is its path inside the template."""
        self.index = index
        self.kind = kind
        self.name = name
        self.parent = parent
        self.line = line
        self.params: list[Param] = []
        self.body: list[Stmt] = []
        self.versions: dict[str, int] = {}
        self.layers: list[dict[str, Expr]] = [{}]
        self.lambdas = 0
        self.temporaries = 0

    def bind(self, name: str) -> str:
        """Give `name` a new version, seen in the innermost scope; returns the versioned form."""
        version = self.versions.get(name, 0) + 1
        self.versions[name] = version
        target = f"{name}@{version}"
        self.layers[-1][name] = Name(target)
        return target

    def read(self, name: str) -> Expr:
        """What the name stands for at this point."""
        for layer in reversed(self.layers):
            if name in layer:
                return layer[name]
        return Name(name)

    def blur(self, names: Iterable[str]) -> None:
        """From here on the innermost scope's `names` may be any of their versions."""
        self.layers[-1].update({name: Name(name) for name in names})

    def qualify(self, name: str) -> str:
        """The path of a definition called `name` inside this one."""
        return f"{self.name}.{name}" if self.name else name

    @contextmanager
    def layer(self) -> Iterator[None]:
        """A scope that sees the ones around it."""
        self.layers.append({})
        yield
        self.layers.pop()

    @contextmanager
    def block(self, names: dict[str, Expr]) -> Iterator[None]:
        """A scope of its own, as a block may be rendered by another template, or later."""
        outside, self.layers = self.layers, [names]
        yield
        self.layers = outside

    def facts(self, end_line: int) -> DefinitionFacts:
        """The finished definition."""
        return DefinitionFacts(
            self.name,
            self.kind,
            self.parent,
            self.line,
            end_line,
            params=tuple(self.params),
            body=pack(self.body),
            versions=self.versions,
        )


def merge(branches: list[dict[str, Expr]]) -> dict[str, Expr]:
    """What names stand for after alternative branches: certain only where all agree."""
    names = dict.fromkeys(name for branch in branches for name in branch)
    merged: dict[str, Expr] = {}
    for name in names:
        values = [branch.get(name) for branch in branches]
        first = values[0]
        agreed = first is not None and all(value == first for value in values)
        merged[name] = first if agreed and first is not None else Name(name)
    return merged

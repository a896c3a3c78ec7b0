"""Scopes under construction: which version of a name a read certainly sees."""

from __future__ import annotations

from decompose.domain.facts import Expr, Name, Param, ScopeKind, Stmt


class Scope:
    """One module, class, function or lambda while its statements are lowered.

    `current` maps a name to its version while straight-line code certainly reaches it; branches
    and loops remove what they make uncertain.
    """

    __slots__ = (
        "body",
        "current",
        "decorators",
        "guards",
        "index",
        "is_generator",
        "kind",
        "lambdas",
        "name",
        "outer",
        "params",
        "renames",
        "temporaries",
        "versions",
    )

    def __init__(self, index: int, kind: ScopeKind, name: str) -> None:
        self.index = index
        self.kind = kind
        self.name = name
        self.body: list[Stmt] = []
        self.params: list[Param] = []
        self.versions: dict[str, int] = {}
        self.current: dict[str, int] = {}
        self.outer: set[str] = set()
        self.renames: dict[str, str] = {}
        self.guards: list[tuple[int, int]] = []
        self.lambdas = 0
        self.temporaries = 0
        self.is_generator = False

    def bind(self, name: str) -> str:
        """Give `name` a new version and return its versioned form."""
        name = self.renames.get(name, name)
        if name in self.outer:
            return name
        version = self.versions.get(name, 0) + 1
        self.versions[name] = version
        self.current[name] = version
        return f"{name}@{version}"

    def read(self, name: str) -> Name:
        """The name as a read at this point sees it."""
        name = self.renames.get(name, name)
        version = self.current.get(name)
        return Name(f"{name}@{version}" if version else name)

    def temporary(self, value: Expr) -> tuple[str, Name]:
        """A fresh variable for `value`, which is to be evaluated once only."""
        self.temporaries += 1
        target = self.bind(f"%{self.temporaries}")
        return target, Name(target)

    def hide(self, name: str) -> None:
        """Rename `name` from here on: a comprehension's target is no variable of its scope."""
        self.temporaries += 1
        self.renames[name] = f"{name}%{self.temporaries}"

    def qualify(self, name: str) -> str:
        """The path of a definition called `name` inside this scope."""
        return f"{self.name}.{name}" if self.name else name


def merge(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    """What is certain after two branches: the versions on which both agree."""
    return {name: version for name, version in left.items() if right.get(name) == version}

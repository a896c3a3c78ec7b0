"""What lowering of expressions and statements share: the module under construction."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod

from decompose.domain.facts import DefinitionFacts, Expr, ImportFacts, ScopeKind, When
from decompose.readers.python.scope import Scope


class Builder(ABC):
    """Collects the definitions, imports and words of one module while its tree is walked."""

    def __init__(self, module: str, is_package: bool) -> None:
        self.module = module
        self.is_package = is_package
        self.scope = Scope(0, "module", "")
        self.definitions: list[DefinitionFacts | None] = []
        self.imports: list[ImportFacts] = []
        self.words: list[str] = []
        self.conditions = 0
        self.typing_only = 0
        self.line = 1

    def absolute(self, name: str, level: int) -> str:
        """The absolute name of an import `level` dots up; too many dots give the bare name."""
        if not level:
            return name
        parts = self.module.split(".")
        keep = len(parts) - level + (1 if self.is_package else 0)
        prefix = ".".join(parts[: max(keep, 0)])
        return f"{prefix}.{name}" if prefix and name else prefix or name

    def add_import(self, module: str, name: str, line: int) -> None:
        """Note an import with the circumstances in which it happens."""
        self.imports.append(ImportFacts(module, name, line, self._when(), self.scope.index))

    def _when(self) -> When:
        if self.typing_only:
            return "typing"
        if self.scope.kind not in ("module", "class"):
            return "lazy"
        return "conditional" if self.conditions else "top"

    @abstractmethod
    def assign(
        self, target: ast.expr, value: Expr, line: int, annotation: Expr | None = None
    ) -> None:
        """Bind `target`, which may be a pattern, to `value`."""

    @abstractmethod
    def function(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        name: str,
        kind: ScopeKind,
        decorators: tuple[Expr, ...],
        returns: Expr | None,
    ) -> int:
        """Lower a function or lambda and return its index among the definitions."""

"""Which definition of the model a place on a tape is."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from decompose.domain.model import Definition, DefinitionKind, SystemModel

_MODULE = "<module>"


class CodePlaces:
    """The definitions of a model, by file, line and name as Python tells them of running code."""

    def __init__(self, model: SystemModel) -> None:
        self._files: defaultdict[str, list[Definition]] = defaultdict(list)
        for definition in model.definitions:
            self._files[definition.location.path].append(definition)
        self.at = cache(self._at)

    def _at(self, path: str, line: int, name: str) -> str:
        """The id of what starts there, decorators included; empty where the model has nothing.

        A lambda or a comprehension belongs to what holds it, a template's code to the template.
        """
        known = self._files.get(path, [])
        if not known or name == _MODULE:
            return ""
        last = name.rpartition(".")[2]
        named = [d for d in known if _last(d) == last and d.location.line >= line]
        if named:
            return min(named, key=lambda d: (d.location.line, d.id)).id
        around = [d for d in known if _holds(d, line)]
        return max(around, key=lambda d: (d.location.line, d.id)).id if around else ""


def _last(definition: Definition) -> str:
    return definition.id.rpartition(".")[2]


def _holds(definition: Definition, line: int) -> bool:
    if definition.kind is DefinitionKind.TEMPLATE:
        return True
    kinds = (DefinitionKind.FUNCTION, DefinitionKind.CLASS, DefinitionKind.LAMBDA)
    return definition.kind in kinds and definition.location.line <= line <= definition.end_line

"""One application's scores, and the table of all of them."""

from __future__ import annotations

from dataclasses import dataclass

from .compare import (
    Access,
    Comparison,
    Route,
    compare,
    compare_accesses,
    explain_access,
    explain_route,
    list_misses,
)
from .static import Found
from .truth import Truth

MAP_THRESHOLD = 0.98
ACCESS_RECALL = 0.95
HEADER = ("application", "routes", "R", "P", "tables", "R", "P", "accesses", "R", "P", "own tests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """How well the analysis knows one application."""

    name: str
    routes: Comparison[Route]
    tables: Comparison[str]
    accesses: Comparison[Access]
    tests: str

    @property
    def shortfalls(self) -> tuple[str, ...]:
        """The scores that are below what is asked."""
        asked = {
            "routes recall": (self.routes.recall, MAP_THRESHOLD),
            "routes precision": (self.routes.precision, MAP_THRESHOLD),
            "tables recall": (self.tables.recall, MAP_THRESHOLD),
            "tables precision": (self.tables.precision, MAP_THRESHOLD),
            "accesses recall": (self.accesses.recall, ACCESS_RECALL),
        }
        return tuple(
            f"{name} {got:.3f} < {wanted}" for name, (got, wanted) in asked.items() if got < wanted
        )


def score(name: str, truth: Truth, found: Found) -> Scores:
    """Compare what was found with the truth."""
    return Scores(
        name=name,
        routes=compare(truth.routes, found.routes),
        tables=compare(truth.tables, found.tables),
        accesses=compare_accesses(truth.accesses, found.accesses),
        tests=truth.tests,
    )


def details(scores: Scores, truth: Truth, found: Found) -> list[str]:
    """List every miss with its reason, and what was found besides."""
    routes = list_misses(
        scores.routes.misses, lambda miss: explain_route(miss, found.routes, truth.libraries)
    )
    accesses = list_misses(
        scores.accesses.misses,
        lambda miss: explain_access(miss, found.accesses, truth.places[miss]),
    )
    return [
        *_section("missed routes", routes),
        *_section("routes that do not exist", sorted(map(str, scores.routes.extras))),
        *_section("missed tables", sorted(scores.tables.misses)),
        *_section("tables that do not exist", sorted(scores.tables.extras)),
        *_section("missed accesses", accesses),
        *_section("accesses not observed", sorted(map(str, scores.accesses.extras))),
    ]


def table(rows: list[Scores]) -> str:
    """Write the scores of all applications as an aligned table."""
    cells = [HEADER, *map(_cells, rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join(lines) + "\n"


def _cells(scores: Scores) -> tuple[str, ...]:
    parts = (scores.routes, scores.tables, scores.accesses)
    numbers = (
        cell
        for part in parts
        for cell in (str(part.expected), f"{part.recall:.3f}", f"{part.precision:.3f}")
    )
    return (scores.name, *numbers, scores.tests)


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"{title}: {len(lines)}", *(f"  {line}" for line in lines)]

"""SQL files to facts: one call of `@sql` for each statement."""

from __future__ import annotations

import re
from collections.abc import Iterator

from decompose.domain.facts import Call, Const, DefinitionFacts, Eval, ModuleFacts, Name, pack
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceFile
from decompose.resolve.sql import SqlResult, statements
from decompose.source.decode import decode
from decompose.source.words import count_words

_PIECE = re.compile(
    r"'[^'\\]*+(?:\\.[^'\\]*+)*+(?:'|\Z)"
    r'|"[^"]*(?:"|\Z)|`[^`]*(?:`|\Z)'
    r"|\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)"
    r"|(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z)|\s+)"
    r"|(?P<end>;)"
    r"|[^'\"`$;\s/-]+|.",
    re.DOTALL,
)
_LARGEST = 1_000_000


class SqlReader:
    """Reads SQL files of any dialect that the SQL parser knows."""

    language = "sql"
    version = 1

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of one file; a statement read by its keywords only gives a finding."""
        decoded = decode(content, file.path)
        lines = max(len(decoded.text.splitlines()), 1)
        findings = list(decoded.findings)
        found: list[tuple[str, int]] = []
        if len(decoded.text) > _LARGEST:
            findings.append(_too_large(file))
        else:
            found = list(split(decoded.text))
        results = [(statements(text), line) for text, line in found]
        findings.extend(_inexact(file, line) for result, line in results if not result.exact)
        body = pack(Eval(Call(Name("@sql"), (Const(text),), (), line)) for text, line in found)
        return ModuleFacts(
            name=file.module,
            path=file.path,
            language="sql",
            lines=lines,
            definitions=(DefinitionFacts("", "module", -1, 1, lines, body=body),),
            words=count_words(word for result, _ in results for word in _identifiers(result)),
            findings=tuple(findings),
        )


def split(text: str) -> Iterator[tuple[str, int]]:
    """The statements of a text, each with the comments before it and the line it begins on."""
    start, line, first = 0, 1, 0
    for piece in _PIECE.finditer(text):
        if piece["end"]:
            if first:
                yield text[start : piece.start()].strip(), first
            start, first = piece.end(), 0
        elif not first and not piece["comment"]:
            first = line
        line += piece[0].count("\n")
    if first:
        yield text[start:].strip(), first


def _identifiers(result: SqlResult) -> Iterator[str]:
    yield from result.reads
    yield from result.writes
    for table in result.tables:
        yield table.name
        yield from table.columns


def _inexact(file: SourceFile, line: int) -> Finding:
    return Finding(
        location=Location(path=file.path, line=line),
        code="sql-syntax",
        severity=Severity.NOTE,
        message="No known dialect parses this statement; its tables were found by keywords.",
        hint="Check the tables that the report gives for it.",
    )


def _too_large(file: SourceFile) -> Finding:
    return Finding(
        location=Location(path=file.path),
        code="sql-too-large",
        severity=Severity.WARNING,
        message=f"This file is larger than {_LARGEST:,} characters; it was not read.",
        hint="Leave it out with `ignore` if it only holds data.",
    )

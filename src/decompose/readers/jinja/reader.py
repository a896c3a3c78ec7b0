"""The Jinja reader: decode, parse, lower; whatever fails becomes a finding with its line."""

from __future__ import annotations

from jinja2 import TemplateSyntaxError

from decompose.domain.facts import DefinitionFacts, ModuleFacts
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceFile
from decompose.readers.jinja.parse import UnknownTag, parse
from decompose.readers.jinja.statements import Lowering
from decompose.source.decode import decode
from decompose.source.words import count_words

_LARGEST = 2_000_000
_LEAVE_OUT = "Mend the template, or leave it out with `ignore`."


class JinjaReader:
    """Reads templates in Jinja's default delimiters, with the tags that Flask applications use."""

    language = "jinja"
    version = 1

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of one template; one that can't be parsed gives a finding and an empty body."""
        decoded = decode(content, file.path)
        lines = max(len(decoded.text.splitlines()), 1)
        findings = list(decoded.findings)
        lowering = Lowering(lines)
        try:
            definitions = _definitions(file, decoded.text, lowering, findings)
        except TemplateSyntaxError as error:
            message = f"Jinja can't parse this template: {error.message}"
            findings.append(_finding(file, error.lineno, "template-syntax", message, _LEAVE_OUT))
            definitions = _empty(lines)
        except (ValueError, RecursionError, MemoryError):
            message = "An expression or a number in this template is too big to read."
            findings.append(_finding(file, 0, "template-syntax", message, _LEAVE_OUT))
            definitions = _empty(lines)
        return ModuleFacts(
            name=file.module,
            path=file.path,
            language="jinja",
            lines=lines,
            definitions=definitions,
            imports=tuple(lowering.imports),
            words=count_words(lowering.words),
            findings=tuple(findings),
        )


def _definitions(
    file: SourceFile, text: str, lowering: Lowering, findings: list[Finding]
) -> tuple[DefinitionFacts, ...]:
    if len(text) > _LARGEST:
        message = f"This template is larger than {_LARGEST:,} characters; it was not read."
        findings.append(_finding(file, 0, "template-too-large", message, _LEAVE_OUT))
        return _empty(lowering.lines)
    parsed = parse(text)
    findings.extend(_unknown(file, tag) for tag in parsed.unknown)
    return lowering.template(parsed.tree)


def _empty(lines: int) -> tuple[DefinitionFacts, ...]:
    """A template without statements."""
    return (DefinitionFacts("", "template", -1, 1, lines),)


def _unknown(file: SourceFile, tag: UnknownTag) -> Finding:
    message = f"No known Jinja extension has the tag `{tag.name}`; its body is read without it."
    hint = "Check by hand what the tag does with the values that it is given."
    return _finding(file, tag.line, "template-unknown-tag", message, hint)


def _finding(file: SourceFile, line: int, code: str, message: str, hint: str) -> Finding:
    return Finding(
        location=Location(path=file.path, line=line),
        code=code,
        severity=Severity.WARNING,
        message=message,
        hint=hint,
    )

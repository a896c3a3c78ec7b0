"""The Python reader: decode, parse, lower; whatever fails becomes a finding with its line."""

from __future__ import annotations

import ast
import codecs
import re
import warnings

from decompose.domain.facts import ModuleFacts
from decompose.domain.finding import Finding, Location, Severity
from decompose.domain.source import SourceFile
from decompose.readers.python.exports import exports
from decompose.readers.python.statements import Lowering
from decompose.source.words import count_words

_PYTHON_2 = re.compile(
    rb"^\s*(print\s+[\"'\w]|exec\s+[\"']|raise\s+\w+\s*,|except\s+\w+\s*,)", re.M
)
_NEXT_STEP = {
    "python-2": "Port the file to Python 3 (2to3), or leave it out with `ignore`.",
    "too-deep": "Split the expression, or leave the file out with `ignore`.",
    "null-byte": "The file is not Python source text; leave it out with `ignore`.",
    "wrong-encoding": "Save the file as UTF-8, or declare its encoding in the first line.",
    "syntax-error": "Mend the line, or leave the file out with `ignore`.",
}


class PythonReader:
    """Reads Python of the version that runs this tool, and below as far as its parser does."""

    language = "python"
    version = 4

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of one source; what can't be parsed gives one finding and no definitions."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # invalid escapes are the author's business
                tree = ast.parse(content)
            return _facts(file, content, tree)
        except UnicodeEncodeError:
            raise  # it can be read, but not stored
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            return _unread(file, content, error)


def _facts(file: SourceFile, content: bytes, tree: ast.Module) -> ModuleFacts:
    lines = content.count(b"\n") + (not content.endswith(b"\n"))
    lowering = Lowering(file.module, file.is_package)
    try:
        definitions = lowering.module_body(tree, lines)
    except RecursionError as error:
        error.lineno = lowering.line  # type: ignore[attr-defined]  # as a SyntaxError has it
        raise
    return ModuleFacts(
        name=file.module,
        path=file.path,
        language="python",
        lines=lines,
        is_package=file.is_package,
        definitions=definitions,
        imports=tuple(lowering.imports),
        exports=exports(definitions[0].statements()),
        words=count_words(lowering.words),
    )


def _unread(file: SourceFile, content: bytes, error: Exception) -> ModuleFacts:
    code, line, message = _diagnosis(content, error)
    finding = Finding(
        location=Location(path=file.path, line=line),
        code=code,
        severity=Severity.WARNING,
        message=message,
        hint=_NEXT_STEP[code],
    )
    lines = content.count(b"\n") + 1
    return ModuleFacts(file.module, file.path, "python", lines, findings=(finding,))


def _diagnosis(content: bytes, error: Exception) -> tuple[str, int, str]:
    line = getattr(error, "lineno", None) or 0
    if isinstance(error, RecursionError | MemoryError):
        return "too-deep", line or _longest(content), "The code is nested too deeply to be read."
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "wrong-encoding", 1, "The file is UTF-16, which Python can't read as source."
    if b"\0" in content:
        line = content[: content.index(b"\0")].count(b"\n") + 1
        return "null-byte", line, "The file holds a null byte."
    text = getattr(error, "msg", None) or str(error)
    if "codec can't decode" in text or "encoding" in text or "unknown encoding" in text:
        return "wrong-encoding", line or _bad_line(content), f"The file can't be decoded: {text}."
    if _PYTHON_2.search(content):
        return "python-2", line, "The file is Python 2; it was not analysed."
    return "syntax-error", line, f"Syntax error: {text}."


def _longest(content: bytes) -> int:
    """The longest line: where the parser gives up without a word, that is the likeliest."""
    lines = content.splitlines() or [b""]
    return lines.index(max(lines, key=len)) + 1


def _bad_line(content: bytes) -> int:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1
    return 1

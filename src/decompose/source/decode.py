"""Bytes → text, whatever the bytes: what is wrong with them becomes findings with a line."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from decompose.domain.finding import Finding, Location, Severity

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK = re.compile(rb"^[ \t\f]*(?:#.*)?$")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A file's text, always usable, and what had to be mended to get it."""

    text: str
    findings: tuple[Finding, ...] = ()


def decode(content: bytes, path: str) -> Decoded:
    """The text of a file: byte order mark, then PEP 263 cookie, then UTF-8.

    Never fails. An encoding that Python does not know is read as UTF-8; bytes that don't fit
    make the whole file be read as Latin-1, which keeps every line in place (both `wrong-encoding`);
    null bytes (`null-byte`) are left out. Each finding names the line.
    """
    content, encoding, findings = _encoding(content, path)
    text, wrong = _text(content, encoding, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        wrong.append(
            _finding(
                path,
                line,
                "null-byte",
                "Python refuses a file with null bytes; they are left out",
                "Remove them, or list the file under `ignore` if it is no source code.",
            )
        )
        text = text.replace("\0", "")
    return Decoded(text=text, findings=(*findings, *wrong))


def _encoding(content: bytes, path: str) -> tuple[bytes, str, list[Finding]]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            if encoding == "utf-8":
                return content[len(mark) :], encoding, []
            return content, encoding, [_not_python(path, encoding)]
    for line, text in enumerate(content.split(b"\n", 2)[:2], start=1):
        match = _COOKIE.match(text)
        if match:
            return _cookie(content, match[1].decode("ascii", "replace"), path, line)
        if not _BLANK.match(text.rstrip(b"\r")):
            break
    return content, "utf-8", []


def _not_python(path: str, encoding: str) -> Finding:
    return _finding(
        path,
        1,
        "wrong-encoding",
        f"this file is {encoding.upper()}, which Python refuses; it is read all the same",
        "Save it as UTF-8.",
    )


def _cookie(content: bytes, name: str, path: str, line: int) -> tuple[bytes, str, list[Finding]]:
    try:
        "".encode(name)  # refuses codecs that are known but not of text, such as `hex`
    except (LookupError, ValueError):
        pass
    else:
        return content, name, []
    finding = _finding(
        path,
        line,
        "wrong-encoding",
        f"Python knows no encoding `{name}`; the file is read as UTF-8",
        "Save it as UTF-8 and drop the cookie.",
    )
    return content, "utf-8", [finding]


def _text(content: bytes, encoding: str, path: str) -> tuple[str, list[Finding]]:
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as error:
        start, reason = error.start, error.reason
    except (UnicodeError, ValueError) as error:
        start, reason = 0, str(error)
    finding = _finding(
        path,
        content.count(b"\n", 0, start) + 1,
        "wrong-encoding",
        f"these bytes are not {encoding}: {reason}; the file is read as Latin-1",
        "Save it as UTF-8, or name its encoding in a `# coding:` line.",
    )
    return content.decode("latin-1"), [finding]


def _finding(path: str, line: int, code: str, message: str, hint: str) -> Finding:
    return Finding(
        location=Location(path=path, line=line),
        code=code,
        severity=Severity.WARNING,
        message=message,
        hint=hint,
    )

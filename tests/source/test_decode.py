"""Bytes of every kind become text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decompose.source import decode


@pytest.mark.parametrize(
    ("content", "text", "findings"),
    [
        (b"a = 1\n", "a = 1\n", []),
        ("a = 'é'".encode(), "a = 'é'", []),
        (b"\xef\xbb\xbfa = 1", "a = 1", []),
        (b"# coding: latin-1\na = '\xe9'", "# coding: latin-1\na = 'é'", []),
        (b"#!x\r\n# -*- coding: cp1252 -*-\r\n\x80", "#!x\r\n# -*- coding: cp1252 -*-\r\n€", []),
        (b"a = 1\n# coding: nonsense\n", "a = 1\n# coding: nonsense\n", []),
        (b"# coding: nonsense\na", "# coding: nonsense\na", [("wrong-encoding", 1)]),
        (b"# coding: hex\na", "# coding: hex\na", [("wrong-encoding", 1)]),
        (b"a = 1\nb = '\xe9'", "a = 1\nb = 'é'", [("wrong-encoding", 2)]),
        (b"a = 1\n\0b = 2", "a = 1\nb = 2", [("null-byte", 2)]),
        ("a = 1".encode("utf-16"), "a = 1", [("wrong-encoding", 1)]),
    ],
)
def test_decode(content: bytes, text: str, findings: list[tuple[str, int]]) -> None:
    """Text is as Python would have it, and what Python would refuse is told with its line."""
    decoded = decode(content, "a.py")
    assert decoded.text == text
    assert [(item.code, item.location.line) for item in decoded.findings] == findings


@given(st.binary(max_size=200))
def test_never_fails(content: bytes) -> None:
    """Any bytes give text without null bytes."""
    assert "\0" not in decode(content, "a.py").text

"""Rendering: strict, escaping, from wherever the templates are."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decompose.render import asset, escape, render

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_json_in_html(text: str) -> None:
    """JSON in a script element can't end it, and means what it meant."""
    escaped = escape(json.dumps(text, ensure_ascii=False), "json-in-html")
    assert not set("<>&\u2028\u2029") & set(escaped)
    assert json.loads(escaped) == text


@given(TEXT)
def test_one_line(text: str) -> None:
    """Text for a line of Markdown, a diagram or a terminal stays on that line."""
    for language in ("markdown", "mermaid", "terminal"):
        assert len(escape(text, language).splitlines()) <= 1
        assert "\x1b" not in escape(text, language)


@given(TEXT)
def test_mermaid(text: str) -> None:
    """A label can't leave its quotes."""
    assert '"' not in escape(text, "mermaid")


@pytest.mark.parametrize("text", ["a|b", "`a`", "<b>", "[a](b)", "*a*", "_a_", "@someone"])
def test_markdown(text: str) -> None:
    """What Markdown would read as markup is escaped."""
    assert escape(text, "markdown") != text


def test_unknown_value() -> None:
    """A template that lacks a value is an error, not an empty place."""
    with pytest.raises(Exception, match="undefined"):
        render("report/report.md.j2")


def test_asset() -> None:
    """Other files come as they are."""
    assert asset("report/page.css").startswith(".__________cytoscape_container")

"""Templates in, facts out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from facts_dump import dump
from hypothesis import given, settings
from hypothesis import strategies as st

from decompose.domain.facts import ModuleFacts
from decompose.domain.source import SourceFile
from decompose.readers.jinja import JinjaReader

CASES = sorted((Path(__file__).parent / "cases" / "jinja").glob("*.html"))
FRAGMENTS = [
    "{{", "}}", "{%", "%}", "{#", "#}", "{% for x in xs %}", "{% endfor %}", "{% if a %}",
    "{% else %}", "{% endif %}", "{% set x = 1 %}", "{% cache 5, k=v %}", "{% endcache %}",
    "{{ a.b(c)|d }}", "{% macro m(a, b=1) %}", "{% endmacro %}", "{% call m(x) %}",
    "{% endcall %}", "{% trans n=n %}", "{% pluralize %}", "{% endtrans %}", "{% raw %}",
    "{% block b %}", "{% endblock %}", "'", '"', "\\", "x", " ", "\n", "(", ")", "[", ":", "~",
    "1e999", "9" * 5000, "'\\ud800'", "{% include ['a', b] %}", "{% from 'm' import x as y %}",
]  # fmt: skip


def read(content: bytes) -> ModuleFacts:
    """The facts of a template called `page.html`."""
    file = SourceFile(path="templates/page.html", language="jinja", module="template:page.html")
    return JinjaReader().read(file, content)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path) -> None:
    """Each template of the cases gives the facts that stand beside it."""
    assert dump(read(case.read_bytes())) == case.with_suffix(".expected").read_text()


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5)).map("".join))
def test_any_text_gives_facts_that_can_be_stored(text: str) -> None:
    """Whatever a template holds, it is read without an error and survives the cache."""
    facts = read(text.encode("utf-8", "replace"))
    assert facts.definitions[0].kind == "template"
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts


@settings(deadline=None)  # the machine may be busy
@given(st.binary())
def test_any_bytes_give_facts(content: bytes) -> None:
    """Whatever bytes a template file holds, there are facts with its name."""
    assert read(content).name == "template:page.html"


def test_deep_nesting_is_a_finding() -> None:
    """An expression nested 5,000 deep gives a finding instead of an error."""
    facts = read(b"{{ " + b"(" * 5000 + b"x" + b")" * 5000 + b" }}")
    assert [finding.code for finding in facts.findings] == ["template-syntax"]


def test_a_huge_template_is_not_read() -> None:
    """A template of many megabytes is refused at once, with a finding."""
    facts = read(b"{{ x }}" * 1_000_000)
    assert [finding.code for finding in facts.findings] == ["template-too-large"]
    assert facts.definitions[0].statements() == ()

"""Python sources in, facts out."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from facts_dump import dump
from hypothesis import example, given, settings
from hypothesis import strategies as st

from decompose.domain.facts import ModuleFacts
from decompose.domain.source import SourceFile
from decompose.readers.python import PythonReader

CASES = sorted((Path(__file__).parent / "cases" / "python").glob("*.py"))
LINES = [
    "import a.b", "from . import x as y", "from .a import *", "x = 1", "x, *y = z", "x.y = z",
    "x[1] += y", "del x", "x: int = 1", "global x", "nonlocal x", "return x", "yield x",
    "await x", "raise x from y", "assert x, y", "pass", "break", "lambda x: y", "f'{x!r:>{y}}'",
    "[x for x in y if z]", "(x := y)", "getattr(x, 'y', z)", "setattr(x, 'y', z)",
    "eval('x.y()')", "eval('(')", "'%s %(x)s' % y", "'{} {x}'.format(y, x=z)",
    "import_module('.x')", "print 'x'", "x = '\\ud800'", "x = -99999999999", "*x",
    "x if y else z", "type X = int",
]  # fmt: skip
HEADS = [
    "if x:", "elif x:", "else:", "for x in y:", "async for x in y:", "while x:", "try:",
    "except X as e:", "except* X:", "finally:", "with x as y:", "async with x:", "def f(x, *y):",
    "async def g(*, x: 'T' = 1) -> 'T':", "class C(B, m=x):", "match x:", "case [y, *z]:",
    "case C(a=b) | None:", "@x.y(z)", "if TYPE_CHECKING:",
]  # fmt: skip
INDENTED = st.tuples(st.integers(0, 3), st.sampled_from(LINES) | st.sampled_from(HEADS))


def read(content: bytes, is_package: bool = False) -> ModuleFacts:
    """The facts of a module called `pkg.sub.mod`."""
    file = SourceFile(
        path="pkg/sub/mod.py", language="python", module="pkg.sub.mod", is_package=is_package
    )
    return PythonReader().read(file, content)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path) -> None:
    """Each source of the cases gives the facts that stand beside it."""
    assert dump(read(case.read_bytes())) == case.with_suffix(".expected").read_text()


def test_a_package_counts_its_own_name_as_one_level() -> None:
    """In `__init__.py` one dot means the package itself."""
    facts = read(b"from . import a\nfrom .. import b\n", is_package=True)
    assert [i.module for i in facts.imports] == ["pkg.sub.mod", "pkg.sub"]


def check(facts: ModuleFacts, content: bytes) -> None:
    """Facts are whole, can be stored, and findings name a line of the file or none at all."""
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(facts), type=ModuleFacts) == facts
    assert bool(facts.definitions) != bool(facts.findings)
    for finding in facts.findings:
        assert finding.location.path == "pkg/sub/mod.py"
        assert 1 <= finding.location.line <= content.count(b"\n") + content.count(b"\r") + 2
    for definition in facts.definitions:
        assert definition.line <= max(definition.end_line, 1)


@settings(deadline=None)  # the machine may be busy
@given(st.binary())
@example(b"\x00")
@example(b"# coding: nonsense")
@example(b"\xff\xfe\x00")
def test_any_bytes_give_facts_or_a_finding(content: bytes) -> None:
    """Whatever bytes a file holds, there are definitions or one finding with its line."""
    check(read(content), content)


@settings(deadline=None)  # the machine may be busy
@given(st.text())
def test_any_text_gives_facts_or_a_finding(text: str) -> None:
    """Whatever text a file holds, there are definitions or one finding with its line."""
    content = text.encode("utf-8", "replace")
    check(read(content), content)


@settings(deadline=None, max_examples=300)  # the machine may be busy
@given(st.lists(INDENTED, max_size=12))
def test_almost_python_gives_facts_or_a_finding(rows: list[tuple[int, str]]) -> None:
    """Statements thrown together, mostly wrong, never stop the reader."""
    content = "\n".join("    " * depth + text for depth, text in rows).encode()
    check(read(content), content)


@settings(deadline=None, max_examples=300)  # the machine may be busy
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=4), st.sampled_from(HEADS))
def test_python_that_parses_is_read_in_full(lines: list[str], head: str) -> None:
    """Any sequence of statements that is legal Python gives definitions."""
    content = "\n".join([head, *(f"    {line}" for line in lines)]).encode()
    try:
        compile(content, "mod.py", "exec", dont_inherit=True, flags=0x400)  # parse only
    except (SyntaxError, ValueError):
        return
    assert read(content).definitions


@pytest.mark.parametrize(
    "content",
    [
        b"x = " + b"(" * 5000 + b"1" + b")" * 5000,
        b"x = " + b"-" * 100_000 + b"1",
        b"x = " + b"a." * 20_000 + b"b",
        b"\n\nx = " + b" + ".join([b"a"] * 20_000),
        b"".join(b" " * depth + b"if x:\n" for depth in range(150)) + b" " * 150 + b"pass",
    ],
    ids=["parentheses", "signs", "attributes", "sums", "blocks"],
)
def test_deep_nesting_is_a_finding_with_a_line(content: bytes) -> None:
    """Code nested too deep for the parser gives a finding instead of an error."""
    check(read(content), content)


def test_a_million_literals_are_cut() -> None:
    """A huge literal's items are kept up to a limit, and what is not constant beyond it."""
    facts = read(b"x = [" + b"1," * 1_000_000 + b"call()]")
    assert len(msgspec.msgpack.encode(facts)) < 10_000

"""Trees that are odd rather than wrong: everything in them is read, and the run ends."""

from __future__ import annotations

import os

import pytest

from .conftest import Shop

_ODD: dict[str, str | bytes] = {
    "__init__.py": "",
    "json/__init__.py": "from json.inner import value\n",
    "json/inner.py": "value = 1\n",
    "empty/__init__.py": "",
    "itself.py": "import itself\nfrom itself import *\nfrom itself import x as x\n",
    "one.py": "from two import B\nclass A(B): pass\nA().run()\n",
    "two.py": "from one import A\nclass B(A): pass\nB.missing\n",
    "wide.py": "class B0: pass\n"
    + "".join(f"class B{n}: pass\n" for n in range(1, 5000))
    + f"class Wide({', '.join(f'B{n}' for n in range(5000))}): pass\nWide().run()\n",
    "tall.py": "class B0: pass\n"
    + "".join(f"class B{n}(B{n - 1}): pass\n" for n in range(1, 1000))
    + "B999().run()\n",
    "partials.py": "from functools import partial\ndef f(g): return partial(f, g)\n"
    "p = partial(f, f)\np = partial(p, p)\np(p)\nclass C:\n    def go(self, h, *m):\n"
    "        self.go(partial(h, m), *m)\nC().go(p, p)\n",
    "latin.py": "# coding: latin-1\nname = 'é'\n".encode("latin-1"),
    "wide16.py": "a = 1\n".encode("utf-16"),
    "deep.py": b"x = " + b"(" * 100_000 + b"1" + b")" * 100_000,
    "duplicate.py": "a = 1\n",
    "duplicate/__init__.py": "a = 2\n",
    "templates/self.html": "{% extends 'self.html' %}",
    "templates/a.html": "{% include 'b.html' %}",
    "templates/b.html": "{% include 'a.html' %}",
    "new\nline'\"{{x}}</script>.py": "a = 1\n",
}


def test_odd_trees(shop: Shop) -> None:
    """Cycles, crowds, odd names and special files end neither the run nor the report."""
    shop.add(_ODD)
    os.mkfifo(shop.root / "pipe.py")
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    codes = {(path, code) for path, _, code in outcome.findings()}
    assert {path for path, _ in codes} >= {"wide16.py", "deep.py", "pipe.py"}
    expected = ("app", "models", "itself", "one", "two", "wide", "tall", "latin", "partials")
    assert outcome.modules() >= {f"shop.{name}" for name in expected}


@pytest.mark.parametrize(
    "files",
    [{"templates/a.html": "{{ x }}"}, {"schema.sql": "create table t (id int)"}],
    ids=["only templates", "only SQL"],
)
def test_no_python(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str | bytes]) -> None:
    """Templates or SQL alone are refused with a hint."""
    shop = Shop(folder=tmp_path_factory.mktemp("bare"))
    shop.add(files)
    outcome = shop.analyze()
    assert outcome.code == 3, outcome.stderr
    assert "\nhint: " in outcome.stderr


def test_output_is_a_file(shop: Shop) -> None:
    """An output that is a file is refused."""
    (shop.folder / "file").write_text("kept")
    outcome = shop.analyze(output=shop.folder / "file")
    assert outcome.code == 3
    assert "file" in outcome.stderr
    assert (shop.folder / "file").read_text() == "kept"


def test_read_only_cache(shop: Shop) -> None:
    """A cache that can't be written costs a line, not the run."""
    (shop.folder / "cache").mkdir(mode=0o555)
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert "cache" in outcome.stderr

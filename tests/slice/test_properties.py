"""Slices of programs made at random: what a service answers, and what it leaves alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from slice.cutting import encoded, sliced, write

Helper = tuple[str, list[tuple[int, int]]]  # the way of import, and which helpers it calls
Program = tuple[str, list[list[Helper]]]  # the way of registration, and each module's helpers

helpers = st.tuples(
    st.sampled_from(["from", "module", "inside"]),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), max_size=3),
)
programs = st.tuples(
    st.sampled_from(["statements", "loop", "imports"]),
    st.lists(st.lists(helpers, min_size=1, max_size=3), min_size=1, max_size=4),
)
some = settings(max_examples=40, deadline=None)


@some
@given(programs)
def test_everything(program: Program) -> None:
    """A slice of everything is the monolith, byte for byte."""
    files = files_of(program)
    views = [f"depot.m{number}.view" for number in range(len(program[1]))]
    assert slice_of(files, views) == encoded(files)


@some
@given(programs, st.data())
def test_some(program: Program, data: st.DataObject) -> None:
    """A slice answers the paths of its views as the monolith does, and no others."""
    count = len(program[1])
    chosen = data.draw(st.sets(st.integers(0, count - 1), min_size=1))
    files = files_of(program)
    cut = slice_of(files, [f"depot.m{number}.view" for number in sorted(chosen)])
    before, after = answers(encoded(files), count), answers(cut, count)
    assert after == [before[n] if n in chosen else (404, b"") for n in range(count)]


def slice_of(files: Mapping[str, str], views: list[str]) -> dict[str, bytes]:
    """The files of a slice without findings."""
    with TemporaryDirectory() as folder:
        write(Path(folder), encoded(files))
        found = sliced(Path(folder), {"handlers": tuple(views)})
    assert found.findings == ()
    return {file.path: file.content for file in found.files}


def files_of(program: Program) -> dict[str, str]:
    """A package with one view in each module, its helpers calling those of modules before."""
    way, modules = program
    files = {"depot/__init__.py": "", "app.py": _application(way, len(modules))}
    for number, inside in enumerate(modules):
        files[f"depot/m{number}.py"] = _module(way, number, inside, modules)
    return files


def _application(way: str, count: int) -> str:
    names = [f"m{number}" for number in range(count)]
    lines = ["from flask import Flask", "", "app = Flask(__name__)"]
    if way == "imports":
        lines += [f"import depot.{name}  # noqa: E402,F401" for name in names]
        return "\n".join(lines) + "\n"
    lines[1:1] = [f"from depot.{name} import {name}" for name in names]
    if way == "loop":
        lines += [f"for one in [{', '.join(names)}]:", "    app.register_blueprint(one)"]
    else:
        lines += [f"app.register_blueprint({name})" for name in names]
    return "\n".join(lines) + "\n"


def _module(way: str, number: int, inside: list[Helper], modules: list[list[Helper]]) -> str:
    name = f"m{number}"
    head, made = ["from flask import Blueprint"], ["", f'{name} = Blueprint("{name}", __name__)']
    decorator = f'@{name}.route("/{number}")'
    if way == "imports":
        head, made = ["from app import app"], []
        decorator = f'@app.route("/{number}", endpoint="{name}")'
    imports, body = [], []
    for index, (style, calls) in enumerate(inside):
        known = sorted({(m, h) for m, h in calls if m < number and h < len(modules[m])})
        lines, terms = _uses(style, known)
        imports += lines if style != "inside" else []
        body += ["", "", f"def h{number}_{index}():"]
        body += [f"    {line}" for line in lines] if style == "inside" else []
        body += [f"    return {' + '.join(['1', *terms])}"]
    total = " + ".join(f"h{number}_{index}()" for index in range(len(inside)))
    view = ["", "", decorator, "def view():", f"    return str({total})"]
    return "\n".join([*head, *dict.fromkeys(imports), *made, *body, *view]) + "\n"


def _uses(style: str, known: list[tuple[int, int]]) -> tuple[list[str], list[str]]:
    """Imports of helpers, and calls of them."""
    if style == "module":
        return [f"import depot.m{m}" for m, _ in known], [
            f"depot.m{m}.h{m}_{h}()" for m, h in known
        ]
    return [f"from depot.m{m} import h{m}_{h}" for m, h in known], [f"h{m}_{h}()" for m, h in known]


def answers(files: Mapping[str, bytes], count: int) -> list[tuple[int, bytes]]:
    """What an application answers each path; the text of errors does not matter."""
    with TemporaryDirectory() as folder:
        write(Path(folder), files)
        with _importing(folder):
            client = __import__("app").app.test_client()
            found = [client.get(f"/{number}") for number in range(count)]
    return [(one.status_code, one.data if one.status_code == 200 else b"") for one in found]


@contextmanager
def _importing(folder: str) -> Iterator[None]:
    """Imports come from a folder, and are forgotten afterwards."""
    before = set(sys.modules)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
        for name in set(sys.modules) - before:
            if name.partition(".")[0] in {"app", "depot"}:
                del sys.modules[name]

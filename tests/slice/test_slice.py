"""A monolith and a cut in, one service's files out: each case file holds several of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from slice.cutting import Case, cases, encoded, shown, sliced, write

CASES = cases(Path(__file__).parent / "cases")
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)


@each_case
def test_case(case: Case, tmp_path: Path) -> None:
    """The files of a slice are exactly those expected, and so are its findings."""
    write(tmp_path, encoded(case.before))
    found = sliced(tmp_path, case.cut)
    assert {file.path: file.content.decode() for file in found.files} == case.after
    assert shown(found.findings) == case.findings


@each_case
def test_line_ends(case: Case, tmp_path: Path) -> None:
    """Lines that end as on Windows come out so."""
    write(tmp_path, encoded(case.before, "\r\n"))
    found = sliced(tmp_path, case.cut)
    assert {file.path: file.content for file in found.files} == encoded(case.after, "\r\n")


@each_case
def test_slice_of_a_slice(case: Case, tmp_path: Path) -> None:
    """A slice cut once more the same way stays as it is."""
    write(tmp_path, encoded(case.after))
    found = sliced(tmp_path, case.cut)
    assert {file.path: file.content.decode() for file in found.files} == case.after


@pytest.mark.parametrize(
    "start", [b"# -*- coding: latin-1 -*-\n", b"\xef\xbb\xbf"], ids=["cookie", "mark"]
)
def test_encoding(start: bytes, tmp_path: Path) -> None:
    """A file in an encoding of its own, or with a byte order mark, stays in it."""
    encoding = "latin-1" if start.startswith(b"#") else "utf-8"
    kept, gone = (APP.format(name=name).encode(encoding) for name in ("kept", "gone"))
    write(tmp_path, {"app.py": start + HEAD + kept + gone})
    (found,) = sliced(tmp_path, {"handlers": ("app.kept",)}).files
    assert found.content == start + HEAD + kept


HEAD = b"from flask import Flask\n\napp = Flask(__name__)\n"
APP = """

@app.route("/{name}")
def {name}(): return "Gr\u00fc\u00dfe"
"""


def test_entry_points(tmp_path: Path) -> None:
    """What the project offers as an entry point comes along where its group is loaded."""
    plugins = "class Mail:\n    pass\n\n\nclass Post:\n    pass\n"
    loads = (
        "from importlib.metadata import entry_points\n\nfrom flask import Flask\n\n"
        "app = Flask(__name__)\nplugins = [p.load() for p in entry_points(group='shop.plugins')]\n"
    )
    route = '\n\n@app.route("/")\ndef index():\n    return str(plugins)\n'
    declared = '[project.entry-points."shop.plugins"]\nmail = "plugins:Mail"\n'
    files = {"app.py": loads + route, "plugins.py": plugins, "pyproject.toml": declared}
    write(tmp_path, encoded(files))
    found = sliced(tmp_path, {"handlers": ("app.index",), "roots": ("app",)})
    contents = {file.path: file.content.decode() for file in found.files}
    assert contents["plugins.py"] == "class Mail:\n    pass\n"
    assert shown(found.findings) == ("slice-entry-points app.py:6",)

"""Whatever is in the tree: a message or a finding with its place, and the rest is analysed."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from .conftest import Shop

GOOD = {"app", "models"}


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        pytest.param(b"a = 1\ndef f(:\n    pass\n", 2, "syntax-error", id="syntax error"),
        pytest.param(b"a = 1\nprint 'hello'\n", 2, "python-2", id="Python 2"),
        pytest.param(b"a = 1\nb = '\xe9'\n", 2, "wrong-encoding", id="wrong encoding"),
        pytest.param(b"# coding: nonsense\n", 1, "wrong-encoding", id="unknown encoding"),
        pytest.param(b"a = 1\nb\0 = 2\n", 2, "null-byte", id="null byte"),
        pytest.param("a = 1\n".encode("utf-16"), 1, "wrong-encoding", id="UTF-16"),
        pytest.param(b"x = " + b"[" * 1000 + b"]" * 1000, None, "", id="brackets 1,000 deep"),
        pytest.param(b"x = " + b"-" * 5000 + b"1", None, "", id="operators 5,000 deep"),
        pytest.param(b"x = " + b"1+" * 20000 + b"1", None, "", id="a sum of 20,000"),
        pytest.param(b"x" + b".a()" * 5000, None, "", id="a chain of 5,000 calls"),
        pytest.param(b"x = [" + b"0," * 1_000_000 + b"]", None, "", id="a million entries"),
        pytest.param(b"x = '\\ud800'\ny = 10 ** 3\nz = " + b"9" * 4000, None, "", id="odd values"),
        pytest.param(b"#" * 50_000_000, 0, "file-too-large", id="50 MB"),
        pytest.param(b"", None, "", id="empty"),
    ],
)
def test_bad_file(shop: Shop, content: bytes, line: int | None, code: str) -> None:
    """A bad file is a finding with its line, or is read; the good ones are read either way."""
    shop.add({"bad.py": content})
    before = shop.snapshot()
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert outcome.modules() >= GOOD
    if line is not None:
        assert ("bad.py", line, code) in outcome.findings()
    else:
        told = {finding for finding in outcome.findings() if finding[0] == "bad.py"}
        assert told or "bad" in outcome.modules()
    assert shop.snapshot() == before


def test_functions_nested_deeply(shop: Shop) -> None:
    """Blocks as deep as Python allows, and deeper, end neither the run nor the process."""
    for depth in (90, 1000):
        lines = ["    " * level + f"def f{level}():" for level in range(depth)]
        shop.add({f"deep{depth}.py": "\n".join([*lines, "    " * depth + "pass"])})
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert outcome.modules() >= {*GOOD, "deep90"}
    assert "deep1000.py" in {path for path, _, _ in outcome.findings()}


def test_links(shop: Shop) -> None:
    """Link loops end, and links out of the tree are not followed."""
    (shop.folder / "secret.py").write_text("SECRET = 1\n")
    (shop.root / "out.py").symlink_to("../secret.py")
    (shop.root / "loop").symlink_to(".", target_is_directory=True)
    (shop.root / "self.py").symlink_to("self.py")
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert {code for _, _, code in outcome.findings()} >= {
        "link-loop",
        "link-outside",
        "unreadable-file",
    }
    assert "SECRET" not in (outcome.output / "decomposition.json").read_text("utf-8")


def test_unreadable(shop: Shop) -> None:
    """Folders and files without permission are findings."""
    shop.add({"private/a.py": "", "locked.py": ""})
    (shop.root / "private").chmod(0)
    (shop.root / "locked.py").chmod(0)
    outcome = shop.analyze()
    (shop.root / "private").chmod(0o755)
    assert outcome.code == 0, outcome.stderr
    assert {(path, code) for path, _, code in outcome.findings()} >= {
        ("private", "unreadable-folder"),
        ("locked.py", "unreadable-file"),
    }
    assert outcome.modules() >= GOOD


def test_pipes_sockets_and_devices(shop: Shop) -> None:
    """What is no regular file is never opened: a pipe without a writer would wait for ever."""
    os.mkfifo(shop.root / "pipe.py")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(shop.root / "socket.py"))
    (shop.root / "endless.py").symlink_to("/dev/zero")
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert {(path, code) for path, _, code in outcome.findings()} >= {
        ("pipe.py", "not-a-file"),
        ("socket.py", "not-a-file"),
        ("endless.py", "link-outside"),
    }
    assert outcome.modules() >= GOOD


def test_unreadable_root(shop: Shop) -> None:
    """A tree that can't be listed is refused before anything begins."""
    shop.root.chmod(0)
    outcome = shop.analyze()
    shop.root.chmod(0o755)
    assert outcome.code == 2
    assert "not readable" in " ".join(outcome.stderr.replace("│", " ").split())


def test_the_tree_as_output(shop: Shop) -> None:
    """The tree itself is no place for a report."""
    outcome = shop.analyze(output=shop.root)
    assert outcome.code == 3
    assert "holds files that no report wrote" in outcome.stderr


DELETING = """
import sys
from pathlib import Path
from decompose import __main__, pipeline

discover = pipeline.discover
def discover_and_delete(root, ignored):
    tree = discover(root, ignored)
    Path(root, "gone.py").unlink()
    return tree
pipeline.discover = discover_and_delete
sys.exit(__main__.main())
"""


def test_a_file_deleted_while_reading(shop: Shop) -> None:
    """A file that was listed and is gone when it is read is a finding; the rest is analysed."""
    shop.add({"gone.py": "x = 1\n"})
    outcome = shop.analyze(program=("-c", DELETING))
    assert outcome.code == 0, outcome.stderr
    assert ("gone.py", 0, "unreadable-file") in outcome.findings()
    assert outcome.modules() >= GOOD


@pytest.mark.parametrize("where", ["report", "templates/out"])
def test_output_inside_the_tree(shop: Shop, where: str) -> None:
    """A report written into the tree is not read by the next run, which says the same."""
    first = shop.analyze(output=shop.root / where)
    assert first.code == 0, first.stderr
    before = (first.output / "decomposition.json").read_bytes()
    second = shop.analyze(output=shop.root / where)
    assert second.code == 0, second.stderr
    assert (second.output / "decomposition.json").read_bytes() == before


def test_unwritable_output(shop: Shop) -> None:
    """An output that can't be written is refused with a hint."""
    closed = shop.folder / "closed"
    closed.mkdir(mode=0o555)
    outcome = shop.analyze(output=closed / "out")
    assert outcome.code == 3
    assert outcome.stderr.startswith("error: ")
    assert "--output" in outcome.stderr


@pytest.mark.parametrize("files", [{}, {"readme.txt": ""}, {".git/a.py": ""}])
def test_empty_tree(tmp_path: Path, files: dict[str, str | bytes]) -> None:
    """A tree without Python is refused with a hint."""
    empty = Shop(folder=tmp_path)
    empty.root.mkdir()
    empty.add(files)
    outcome = empty.analyze()
    assert outcome.code == 3
    assert "no Python file" in outcome.stderr
    assert "\nhint: " in outcome.stderr


def test_only_bad_files(tmp_path: Path) -> None:
    """A tree in which nothing can be understood still gives a report that says so."""
    bad = Shop(folder=tmp_path)
    bad.add({"bad.py": "def f(:\n"})
    outcome = bad.analyze("--fail-on", "warning")
    assert outcome.code == 1, outcome.stderr
    assert ("bad.py", 1, "syntax-error") in outcome.findings()


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_damaged_cache(shop: Shop, damage: bytes | None) -> None:
    """A cache that is cut off or tampered with changes nothing but a line on stderr."""
    first = shop.analyze()
    report = (first.output / "decomposition.json").read_bytes()
    path = shop.folder / "cache" / "facts.bin"
    path.write_bytes(path.read_bytes()[:-5] if damage is None else damage)
    shutil.rmtree(first.output)
    second = shop.analyze()
    assert second.code == 0
    assert "the cache " in second.stderr
    assert (second.output / "decomposition.json").read_bytes() == report


def test_never_imported(shop: Shop) -> None:
    """No code of the monolith runs, however it asks for it."""
    marker = shop.folder / "marker"
    touch = f"open({str(marker)!r}, 'w').close()\n"
    files = ("app.py", "conftest.py", "setup.py", "sitecustomize.py", "__main__.py", "flask.py")
    shop.add(dict.fromkeys(files, touch))
    shop.add({"templates/a.html": "{{ ''.__class__.__mro__ }}{% include 'b' %}"})
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert not marker.exists()


def test_nothing_else_is_written(shop: Shop) -> None:
    """The report and the cache are all that a run leaves behind."""
    shop.add({"templates/a.html": "x", "schema.sql": "create table t (id int)"})
    before = shop.snapshot()
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    assert shop.snapshot() == before
    assert sorted(os.listdir(shop.folder)) == ["cache", "out", "shop"]  # noqa: PTH208


@pytest.mark.parametrize("workers", [1, 2])
def test_same_bytes(shop: Shop, workers: int) -> None:
    """Every document has the same bytes on any number of processes."""
    shop.add({f"m{n}.py": f"x{n} = 1\n" * 30_000 for n in range(6)})
    reference = shop.analyze("--no-cache", output=shop.folder / "one")
    other = shop.analyze("--workers", str(workers), output=shop.folder / "other")
    assert (reference.code, other.code) == (0, 0), reference.stderr + other.stderr
    for path in sorted(reference.output.rglob("*")):
        if path.is_file():
            same = other.output / path.relative_to(reference.output)
            assert same.read_bytes() == path.read_bytes(), path


HOSTILE = '"><script>alert(1)</script>{{ 7*7 }}\n'


def test_hostile_names(shop: Shop) -> None:
    """Names with quotes, markup, braces and newlines stay inert in every document."""
    shop.add({f"{HOSTILE.replace('/', '_')}.py": "x = 1\n"})
    shop.add(
        {"routes.py": f"from app import app\n\n@app.route({'/' + HOSTILE!r})\ndef f(): pass\n"}
    )
    outcome = shop.analyze()
    assert outcome.code == 0, outcome.stderr
    page = (outcome.output / "index.html").read_text("utf-8")
    assert "<script>alert(1)" not in page
    assert "49" not in {line.strip() for line in page.split("\n")}

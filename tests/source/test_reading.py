"""Facts of a whole tree: the same however they are come by."""

from __future__ import annotations

import gc
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from decompose.domain.facts import ModuleFacts
from decompose.domain.source import SourceFile
from decompose.errors import UserError
from decompose.source import FactsCache, default_cache_folder, discover, read_all
from fakes.parts import Quiet, WordReader, write_tree

READERS = (WordReader(), WordReader(language="sql"))


@dataclass(frozen=True, slots=True, kw_only=True)
class FailingReader:
    """Raises, for the file named `bad`."""

    error: BaseException
    language: str = "python"
    version: int = 1

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of every other file."""
        if file.module == "bad":
            raise self.error
        return WordReader().read(file, content)


@dataclass(frozen=True, slots=True, kw_only=True)
class DyingReader:
    """Takes its process down."""

    language: str = "python"
    version: int = 1

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Never returns."""
        os._exit(1)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree."""
    write_tree(tmp_path / "root", {f"m{n}.py": f"a b{n}\n" * n for n in range(9)})
    write_tree(tmp_path / "root", {"schema.sql": "create", "templates/a.html": "x"})
    return tmp_path / "root"


def read(
    root: Path, *, cache: FactsCache | None = None, workers: int = 1
) -> tuple[ModuleFacts, ...]:
    """Facts of a tree without a watcher."""
    return read_all(discover(root), READERS, cache, workers, Quiet())


def test_order_and_languages(tree: Path) -> None:
    """Facts come in the tree's order, for the languages that a reader knows."""
    progress = Quiet()
    facts = read_all(discover(tree), READERS, None, 1, progress)
    assert [item.path for item in facts] == [*(f"m{n}.py" for n in range(9)), "schema.sql"]
    assert progress.stages == ["Reading"]
    assert progress.steps == len(facts)


def test_any_number_of_processes(tmp_path: Path) -> None:
    """Several processes give what one gives."""
    write_tree(tmp_path, {f"m{n}.py": f"word{n} " * 40_000 for n in range(8)})
    assert read(tmp_path, workers=3) == read(tmp_path, workers=1)


def test_process_that_dies(tmp_path: Path) -> None:
    """A reading process that dies ends the run with a hint, not with a hang."""
    write_tree(tmp_path, {f"m{n}.py": f"word{n} " * 100_000 for n in range(4)})
    with pytest.raises(UserError) as caught:
        read_all(discover(tmp_path), (DyingReader(),), None, 2, Quiet())
    assert "--workers 1" in caught.value.hint


@pytest.mark.parametrize("error", [RecursionError(), MemoryError()])
def test_too_deep(tmp_path: Path, error: BaseException) -> None:
    """A file that exhausts its reader becomes a finding, and the others are read."""
    write_tree(tmp_path, {"bad.py": "", "good.py": "word"})
    facts = read_all(discover(tmp_path), (FailingReader(error=error),), None, 1, Quiet())
    assert [item.code for item in facts[0].findings] == ["nesting-too-deep"]
    assert facts[1].counted_words() == (("word", 1),)


def test_bug_in_a_reader(tmp_path: Path) -> None:
    """Any other error of a reader is a bug and keeps its traceback."""
    write_tree(tmp_path, {"bad.py": ""})
    with pytest.raises(KeyError):
        read_all(discover(tmp_path), (FailingReader(error=KeyError("x")),), None, 1, Quiet())


def test_file_that_goes_away(tree: Path) -> None:
    """A file that can't be opened any more becomes a finding."""
    found = discover(tree)
    (tree / "m3.py").unlink()
    facts = {item.path: item for item in read_all(found, READERS, None, 1, Quiet())}
    assert [item.code for item in facts["m3.py"].findings] == ["unreadable-file"]


def test_collector_is_left_as_it_was(tree: Path) -> None:
    """Reading turns garbage collection off only for its own time."""
    assert gc.isenabled()
    read(tree)
    assert gc.isenabled()


def test_cache_spares_reading(tree: Path, tmp_path: Path) -> None:
    """What did not change is not read again, and gives the same facts."""
    cache = FactsCache(folder=tmp_path / "cache")
    first = read(tree, cache=cache)
    dying = (DyingReader(), WordReader(language="sql"))
    assert read_all(discover(tree), dying, cache, 1, Quiet()) == first


def test_cache_sees_changes(tree: Path, tmp_path: Path) -> None:
    """A changed file, and one read by a newer reader, are read again."""
    cache = FactsCache(folder=tmp_path / "cache")
    read(tree, cache=cache)
    (tree / "m1.py").write_text("changed")
    assert read(tree, cache=cache) == read(tree)
    newer = (FailingReader(error=KeyError("read"), version=2),)
    write_tree(tree, {"bad.py": ""})
    with pytest.raises(KeyError):
        read_all(discover(tree), newer, cache, 1, Quiet())


def test_cache_of_another_python(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another Python could not parse may parse with this one, so it is read again."""
    cache = FactsCache(folder=tmp_path / "cache")
    read(tree, cache=cache)
    monkeypatch.setattr("sys.version_info", (3, 99))
    assert cache.load() == {}


def test_cache_forgets(tree: Path, tmp_path: Path) -> None:
    """The cache holds what the last run needed, and doesn't grow with every change."""
    cache = FactsCache(folder=tmp_path / "cache")
    read(tree, cache=cache)
    size = cache.path.stat().st_size
    for n in range(5):
        (tree / "m1.py").write_text(f"a b{n}\n")
        read(tree, cache=cache)
    assert cache.path.stat().st_size == size


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "other", "folder"])
def test_damaged_cache(tree: Path, tmp_path: Path, damage: str) -> None:
    """A cache that is cut off, changed or no cache is noted once and done without."""
    cache = FactsCache(folder=tmp_path / "cache")
    expected = read(tree, cache=cache)
    content = cache.path.read_bytes()
    if damage == "folder":
        cache.path.unlink()
        cache.path.mkdir()
    else:
        middle = len(content) // 2
        changed = {
            "cut": content[:-7],
            "flip": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "empty": b"",
            "other": b"something else entirely",
        }
        cache.path.write_bytes(changed[damage])
    progress = Quiet()
    assert read_all(discover(tree), READERS, cache, 1, progress) == expected
    assert {item.code for item in progress.notes} == {"cache-unusable"}
    if damage != "folder":
        again = Quiet()
        assert read_all(discover(tree), READERS, cache, 1, again) == expected
        assert again.notes == []


def test_unwritable_cache(tree: Path, tmp_path: Path) -> None:
    """A cache that can't be written costs a note."""
    (tmp_path / "file").write_text("")
    progress = Quiet()
    cache = FactsCache(folder=tmp_path / "file" / "cache")
    assert read_all(discover(tree), READERS, cache, 1, progress) == read(tree)
    assert {item.code for item in progress.notes} == {"cache-unusable"}


def test_cache_leaves_no_rest(tree: Path, tmp_path: Path) -> None:
    """One file is all that a cache consists of."""
    cache = FactsCache(folder=tmp_path / "cache")
    read(tree, cache=cache)
    assert list((tmp_path / "cache").iterdir()) == [cache.path]


def test_default_cache_folder(tmp_path: Path) -> None:
    """Each root has a folder of its own below the user's cache folder."""
    environment = {"HOME": "/home/u", "XDG_CACHE_HOME": "/var/c"}
    one = default_cache_folder(tmp_path / "one", environment)
    assert one != default_cache_folder(tmp_path / "two", environment)
    assert one.is_relative_to("/var/c/decompose")
    relative = {"HOME": "/home/u", "XDG_CACHE_HOME": "relative"}
    assert default_cache_folder(tmp_path, relative).is_relative_to("/home/u/.cache/decompose")

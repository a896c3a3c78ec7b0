"""Documents land in the output folder and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from decompose.errors import UserError
from decompose.write import check_output, write_documents
from fakes.parts import Document

DOCUMENTS = (
    Document(path="decomposition.json", content=b"{}"),
    Document(path="a/b/c.txt", content=b"text"),
)


def test_writes(tmp_path: Path) -> None:
    """Every document is written whole, in folders that are made for it, and may be replaced."""
    output = tmp_path / "new" / "report"
    for _ in range(2):
        check_output(output)
        written = write_documents(output, DOCUMENTS)
    assert written == (output / "decomposition.json", output / "a/b/c.txt")
    assert sorted(path for path in output.rglob("*") if path.is_file()) == sorted(written)
    assert [path.read_bytes() for path in written] == [b"{}", b"text"]


def test_link_to_a_file(tmp_path: Path) -> None:
    """A link in a document's place is replaced; what it leads to stays as it was."""
    output = tmp_path / "report"
    write_documents(output, DOCUMENTS)
    precious = tmp_path / "precious"
    precious.write_text("mine")
    (output / "decomposition.json").unlink()
    (output / "decomposition.json").symlink_to(precious)
    write_documents(output, DOCUMENTS)
    assert precious.read_text() == "mine"
    assert not (output / "decomposition.json").is_symlink()


def test_link_to_a_folder(tmp_path: Path) -> None:
    """A linked folder below the output is refused."""
    output = tmp_path / "report"
    output.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (output / "a").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="link"):
        write_documents(output, DOCUMENTS)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", ""])
def test_paths_stay_inside(tmp_path: Path, path: str) -> None:
    """A document that would land outside is a bug, not a file."""
    with pytest.raises(ValueError, match="below the output"):
        write_documents(tmp_path / "report", [Document(path=path, content=b"")])


def test_other_peoples_files(tmp_path: Path) -> None:
    """A folder with files that no report wrote is refused before the analysis."""
    (tmp_path / "thesis.txt").write_text("")
    with pytest.raises(UserError) as caught:
        check_output(tmp_path)
    assert "--output" in caught.value.hint


@pytest.mark.parametrize("place", ["file", "file/report"])
def test_file_in_the_way(tmp_path: Path, place: str) -> None:
    """A file where a folder should be is refused, early and late."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError):
        check_output(tmp_path / place)
    with pytest.raises(UserError):
        write_documents(tmp_path / place, DOCUMENTS)
    assert (tmp_path / "file").read_text() == "mine"


def test_failure_leaves_no_rest(tmp_path: Path) -> None:
    """A document that fails half-way leaves neither a part of it nor a temporary file."""

    class Broken:
        """Fails after its first piece."""

        path = "page.html"

        @staticmethod
        def chunks() -> list[bytes]:
            """Raises."""
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_documents(tmp_path, [Broken()])
    assert list(tmp_path.iterdir()) == []

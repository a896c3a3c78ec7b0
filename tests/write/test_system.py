"""A generated system: written whole, merged with what people made of it, never over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from decompose.domain.generated import GeneratedFile
from decompose.errors import UserError
from decompose.write import check_system, write_system

LINES = b"one\ntwo\nthree\nfour\nfive\nsix\nseven\n"


def system(**files: bytes) -> list[GeneratedFile]:
    return [GeneratedFile(path=name.replace("__", "/") + ".txt", content=content)
            for name, content in sorted(files.items())]  # fmt: skip


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    return {path: content for path, content in found.items() if not path.startswith(".decompose/")}


def test_a_new_system_appears_with_all_its_files(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = write_system(out, system(readme=b"hello\n", services__a=b"x\n"))
    assert written(out) == {"readme.txt": b"hello\n", "services/a.txt": b"x\n"}
    assert result.changed == ("readme.txt", "services/a.txt")


def test_the_second_run_on_unchanged_input_changes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES))
    before = (out / "readme.txt").stat()
    assert write_system(out, system(readme=LINES)).changed == ()
    assert (out / "readme.txt").stat().st_ino == before.st_ino


def test_an_edit_stays_where_nothing_new_is_generated(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES))
    (out / "readme.txt").write_bytes(b"mine\n")
    write_system(out, system(readme=LINES))
    assert written(out) == {"readme.txt": b"mine\n"}


def test_edits_and_news_in_different_places_are_joined(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES))
    (out / "readme.txt").write_bytes(LINES.replace(b"one", b"ONE"))
    result = write_system(out, system(readme=LINES.replace(b"seven", b"SEVEN")))
    assert written(out) == {"readme.txt": LINES.replace(b"one", b"ONE").replace(b"seven", b"SEVEN")}
    assert result.conflicts == ()


def test_a_conflict_keeps_the_edit_and_lays_the_news_beside(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES))
    (out / "readme.txt").write_bytes(LINES.replace(b"two", b"mine"))
    result = write_system(out, system(readme=LINES.replace(b"two", b"theirs")))
    assert written(out) == {
        "readme.txt": LINES.replace(b"two", b"mine"),
        "readme.txt.decompose-new": LINES.replace(b"two", b"theirs"),
    }
    assert [f.location.path for f in result.conflicts] == ["readme.txt"]


def test_a_conflict_is_told_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES))
    (out / "readme.txt").write_bytes(LINES.replace(b"two", b"mine"))
    news = system(readme=LINES.replace(b"two", b"theirs"))
    write_system(out, news)
    assert write_system(out, news).conflicts == ()


def test_what_is_not_generated_any_more_goes_unless_it_was_edited(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(services__gone=b"x\n", services__edited=b"y\n", readme=b"z\n"))
    (out / "services/edited.txt").write_bytes(b"mine\n")
    write_system(out, system(readme=b"z\n"))
    assert written(out) == {"readme.txt": b"z\n", "services/edited.txt": b"mine\n"}


def test_a_deleted_file_stays_deleted_until_it_is_generated_otherwise(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=LINES, other=b"x\n"))
    (out / "readme.txt").unlink()
    write_system(out, system(readme=LINES, other=b"x\n"))
    assert written(out) == {"other.txt": b"x\n"}
    write_system(out, system(readme=b"new\n", other=b"x\n"))
    assert written(out) == {"other.txt": b"x\n", "readme.txt.decompose-new": b"new\n"}


def test_files_of_people_are_never_touched(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_system(out, system(readme=b"x\n"))
    (out / "notes.txt").write_bytes(b"mine\n")
    write_system(out, system(readme=b"y\n"))
    assert written(out)["notes.txt"] == b"mine\n"


def test_a_folder_of_others_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(UserError, match="no scaffold wrote"):
        check_system(tmp_path)


def test_no_link_below_the_output_is_followed(tmp_path: Path) -> None:
    out, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    write_system(out, system(services__a=b"x\n"))
    elsewhere.mkdir()
    (out / "services/a.txt").unlink()
    (out / "services").rmdir()
    (out / "services").symlink_to(elsewhere)
    with pytest.raises(UserError, match="link"):
        write_system(out, system(services__a=b"y\n", services__b=b"z\n"))
    assert list(elsewhere.iterdir()) == []

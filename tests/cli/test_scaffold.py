"""`decompose scaffold`, as people start it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from decompose.cli import app
from fakes.parts import write_tree
from targets.split import CLUB

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in a folder that holds a club."""
    shutil.copytree(CLUB, tmp_path / "club")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    return lambda *words: CliRunner().invoke(app, ["scaffold", "club", "--no-history", *words])


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
            if p.is_file()}  # fmt: skip


def test_a_dry_run_shows_the_plan_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    """Services, tables, copies, forwards, shares and reasons are on the screen only."""
    result = run("--dry-run", "--output", "out")
    assert result.exit_code == 0, result.output
    for said in (
        "copies members (members)",
        "forwards writes of members (members)",
        "commits with others in bookings.book (bookings, members)",
        "commands club.members.rename",
        "imports flask, flask_sqlalchemy",
        "club/bookings.py:24: bookings → members",
        "the local commit decides",
    ):
        assert said in result.stdout
    assert not (tmp_path / "out").exists()


def test_a_second_run_on_the_same_input_changes_nothing(run: Run, tmp_path: Path) -> None:
    """The same bytes come out, and the count of written files says so."""
    run("--output", "out")
    before = tree(tmp_path / "out")
    result = run("--output", "out")
    assert "0 files written" in result.stdout
    assert tree(tmp_path / "out") == before


def test_an_edit_is_merged_with_what_changed_in_the_monolith(run: Run, tmp_path: Path) -> None:
    """Both are in the file afterwards; where they clash the edit stays and the news lie beside."""
    run("--output", "out")
    mine = tmp_path / "out/services/bookings/club/bookings.py"
    mine.write_text(mine.read_text().replace("abort(401)", "abort(403)"))
    source = tmp_path / "club/club/bookings.py"
    source.write_text(source.read_text() + "\n\n# the end\n")
    assert run("--output", "out").exit_code == 0
    assert "abort(403)" in mine.read_text()
    assert mine.read_text().endswith("# the end\n")
    source.write_text(source.read_text().replace("abort(401)", "abort(418)"))
    result = run("--output", "out")
    assert "was edited where it is generated anew" in result.stderr
    assert "abort(403)" in mine.read_text()
    assert "abort(418)" in mine.with_name("bookings.py.decompose-new").read_text()


def test_a_folder_of_others_is_refused_untouched(run: Run, tmp_path: Path) -> None:
    """Nothing is written where no scaffold has written before."""
    write_tree(tmp_path / "out", {"thesis.txt": "years of work"})
    result = run("--output", "out")
    assert result.exit_code == 3
    assert "holds files that no scaffold wrote" in result.stderr
    assert tree(tmp_path / "out") == {"thesis.txt": b"years of work"}


def test_one_service_alone(run: Run, tmp_path: Path) -> None:
    """The rest stays together as the other service."""
    assert run("--only", "members", "--output", "out").exit_code == 0
    assert sorted(p.name for p in (tmp_path / "out/services").iterdir()) == ["members", "rest"]


@pytest.mark.parametrize(
    ("boundary", "said"),
    [
        ('[pins]\n"club.nothing" = "members"\n', "club.nothing"),
        ('application = "club:nothing"\n', "club:nothing"),
        ('database = "nothing"\n', "names no database setting"),
        ('[routes]\n"/nothing" = "monolith"\n', "There is no URL rule named '/nothing'"),
        ('[routes]\n"/bookings/" = "nobody"\n', 'Write one of "service", "monolith", "shadow"'),
        ('[levels]\nmembres = "session"\n', "There is no table named 'membres' (levels)"),
        ('[levels]\nmembers = "weak"\n', 'Write one of "strong", "session", "eventual"'),
        ('[compositions."/x".parts]\na = "nobody:/a"\n', "There is no service named 'nobody'"),
        ('[compositions."/x".parts]\na = "members"\n', "names no service and path"),
        ('[compositions."/x"]\npartial = "omit"\n', "has no parts"),
        ('[compositions."/x"]\nwait = 1\n[compositions."/x".parts]\na = "members:/"\n', "`wait`"),
        ('[compositions."/x"]\ndeadline = 0\n[compositions."/x".parts]\na = "members:/"\n', "time"),
    ],
)
def test_a_decision_that_makes_no_sense_is_told(
    run: Run, tmp_path: Path, boundary: str, said: str
) -> None:
    """The message names it, nothing is written, and the exit code says that input was refused."""
    (tmp_path / "club/decompose.toml").write_text("services = 2\n" + boundary)
    result = run("--output", "out")
    assert (result.exit_code, result.exception.__class__) == (3, SystemExit), result.output
    assert said in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_monolith_whose_database_nothing_names(run: Run, tmp_path: Path) -> None:
    """The message says which key to name where."""
    app_ = "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef x(): return ''\n"
    shutil.rmtree(tmp_path / "club")
    write_tree(tmp_path / "club", {"app.py": app_})
    result = run("--output", "out")
    assert result.exit_code == 3
    assert 'database = "config:KEY"' in result.stderr


def test_code_that_cannot_be_read_is_told(run: Run, tmp_path: Path) -> None:
    """A part that this Python can't parse would be missing: nothing is written without it."""
    write_tree(tmp_path / "club", {"tests/test_newer.py": "newer = (\n"})
    assert run("--output", "out").exit_code == 0
    write_tree(tmp_path / "club", {"club/newer.py": "newer = (\n"})
    result = run("--output", "new")
    assert result.exit_code == 3
    assert "club/newer.py:1" in result.stderr
    assert "own version of Python" in result.stderr
    assert not (tmp_path / "new").exists()


def test_a_refused_seam_is_told_and_counts(run: Run, tmp_path: Path) -> None:
    """The rest is written, the finding names place and reason, and the exit code is 1."""
    run("--output", "first")
    seams = json.loads((tmp_path / "first/plan.json").read_text())["seams"]
    refused = next(seam["seam"] for seam in seams if seam["technique"] == "forward")
    path = tmp_path / "club/decompose.toml"
    path.write_text(f'{path.read_text()}\n[seams]\n"{refused}" = "refuse"\n')
    result = run("--output", "out")
    assert result.exit_code == 1
    assert "club/bookings.py:2" in result.stdout
    assert (tmp_path / "out/run.py").exists()


def test_a_level_reaches_all_who_have_the_table(run: Run, tmp_path: Path) -> None:
    """The owner tells clients what they have seen, so it has to know the level too."""
    path = tmp_path / "club/decompose.toml"
    path.write_text(f'{path.read_text()}\n[levels]\nmembers = "session"\n')
    assert run("--output", "out").exit_code == 0
    services = {file.parent.name: json.loads(file.read_text())
                for file in (tmp_path / "out/services").glob("*/service.json")}  # fmt: skip
    assert services["bookings"]["replicas"] == {"members": "members"}
    assert {name: found["levels"] for name, found in services.items()} == {
        "bookings": {"members": "session"},
        "members": {"members": "session"},
    }


def test_hostile_names_stay_inert(run: Run, tmp_path: Path) -> None:
    """Whatever a monolith calls things, generated JSON loads and generated Python parses."""
    path = tmp_path / "club/club/bookings.py"
    nasty = "/x'\\\"{{ 7 * 7 }}</script>${PWD}`id`\\n|{% raw %}"
    text = path.read_text().replace('"/all.json"', repr(nasty))
    path.write_text(text.replace('Blueprint("bookings"', 'Blueprint("book`ings\'"'))
    assert run("--output", "out").exit_code in (0, 1)
    for file in (tmp_path / "out").rglob("*"):
        if file.suffix == ".json" and ".decompose" not in file.parts:
            json.loads(file.read_text())
        if file.suffix == ".py":
            compile(file.read_text(), file.name, "exec")
    readme = (tmp_path / "out/services/bookings/README.md").read_text()
    assert "book\\`ings" in readme


def test_what_a_command_needs_for_the_tests_is_not_installed(run: Run, tmp_path: Path) -> None:
    """A development package imported inside a function stays out, and a note says so."""
    path = tmp_path / "club/club/members.py"
    command = (
        '@members.cli.command("test")\ndef run_tests():\n    import pytest\n    pytest.main()\n'
    )
    path.write_text(f"{path.read_text()}\n\n{command}")
    (tmp_path / "club/requirements-dev.txt").write_text("pytest==8.0.0\n")
    result = run("--output", "out")
    assert "pytest is needed for development only" in result.stdout
    for file in (tmp_path / "out").rglob("*.txt"):
        if ".decompose" not in file.parts and file.name != "requirements-tests.txt":
            assert "pytest" not in file.read_text(), file


def test_the_plan_tells_which_of_the_monoliths_tests_run_in_a_service(run: Run) -> None:
    """How many do, and of the others the reasons that most of them share."""
    result = run("--dry-run")
    assert "6 of the monolith's 9 tests run in the services" in " ".join(result.stdout.split())
    assert "1 at tests/test_members.py:32: POST /bookings/ leads to" in result.stdout


@pytest.mark.parametrize(("asked", "file"), [("nginx", "nginx.conf"), ("haproxy", "haproxy.cfg"),
                                             ("envoy", "envoy.yaml")])  # fmt: skip
def test_another_gateway_is_made_of_the_same_table(
    run: Run, tmp_path: Path, asked: str, file: str
) -> None:
    """The program's configuration names every service, and the Flask gateway stays behind it."""
    result = run("--output", "out", "--gateway", asked)
    assert result.exit_code == 0, result.output
    text = (tmp_path / "out/gateway" / file).read_text()
    assert all(name in text for name in ("bookings", "members", "gateway"))
    assert (tmp_path / "out/gateway/routing.json").exists()


def test_an_import_that_no_requirement_brings_is_told_with_its_place(
    run: Run, tmp_path: Path
) -> None:
    """The line is the monolith's, whatever was cut from the slice above it."""
    path = tmp_path / "club/club/members.py"
    code = path.read_text().replace("import click\n", "import click\nimport reportlab\n")
    path.write_text(code.replace("def top():\n", "def top():\n    reportlab.count()\n"))
    assert run("--output", "out").exit_code == 0
    findings = json.loads((tmp_path / "out/plan.json").read_text())["findings"]
    (found,) = [f for f in findings if f["code"] == "requirement-missing"]
    assert (found["path"], found["line"]) == ("club/members.py", 4)

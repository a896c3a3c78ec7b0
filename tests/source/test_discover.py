"""What is found in a folder, and under which name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from decompose.errors import UserError
from decompose.source import discover
from decompose.source.poetry import version_range
from fakes.parts import write_tree


def names(root: Path, files: dict[str, str], **options: object) -> dict[str, str]:
    """Module names by path."""
    write_tree(root, files)
    return {file.path: file.module for file in discover(root, **options).files}  # type: ignore[arg-type]


def codes(root: Path, **options: object) -> dict[str, str]:
    """Codes of findings by path."""
    found = discover(root, **options).findings  # type: ignore[arg-type]
    return {item.location.path: item.code for item in found}


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param(
            {"shop/__init__.py": "", "shop/models.py": ""},
            {"shop/__init__.py": "shop", "shop/models.py": "shop.models"},
            id="package",
        ),
        pytest.param(
            {"src/shop/__init__.py": "", "src/tools.py": ""},
            {"src/shop/__init__.py": "shop", "src/tools.py": "tools"},
            id="src layout",
        ),
        pytest.param(
            {"src/app.py": "from src.models import User", "src/models.py": ""},
            {"src/app.py": "src.app", "src/models.py": "src.models"},
            id="a package that is called src",
        ),
        pytest.param(
            {"a/__init__.py": "", "b/__init__.py": "", "app.py": ""},
            {"a/__init__.py": "a", "b/__init__.py": "b", "app.py": "app"},
            id="several top-level packages",
        ),
        pytest.param(
            {"acme/web/__init__.py": "", "run.py": "from acme.web import app"},
            {"acme/web/__init__.py": "acme.web", "run.py": "run"},
            id="namespace package",
        ),
        pytest.param(
            {"backend/app/__init__.py": "", "backend/run.py": "import app"},
            {"backend/app/__init__.py": "app", "backend/run.py": "run"},
            id="folder that is only a root",
        ),
        pytest.param(
            {"my-service/app/__init__.py": "", "my-service/run.py": ""},
            {"my-service/app/__init__.py": "app", "my-service/run.py": "run"},
            id="folder with a name that can't be imported",
        ),
        pytest.param(
            {"backend/pyproject.toml": "", "backend/app/__init__.py": ""},
            {"backend/app/__init__.py": "app"},
            id="project in a folder",
        ),
        pytest.param(
            {"scripts/load.py": "import os", "shop/__init__.py": ""},
            {"scripts/load.py": "scripts.load", "shop/__init__.py": "shop"},
            id="plain scripts",
        ),
        pytest.param(
            {"shop/__init__.py": "", "shop/parts/cart.py": ""},
            {"shop/__init__.py": "shop", "shop/parts/cart.py": "shop.parts.cart"},
            id="folder without __init__ in a package",
        ),
    ],
)
def test_python_names(tmp_path: Path, files: dict[str, str], expected: dict[str, str]) -> None:
    """A file gets the dotted name that the code imports it by."""
    assert names(tmp_path / "root", files) == expected


def test_root_in_package(tmp_path: Path) -> None:
    """A root inside a package keeps the package's name."""
    write_tree(tmp_path, {"shop/__init__.py": "", "shop/web/__init__.py": "", "shop/web/a.py": ""})
    found = {file.module for file in discover(tmp_path / "shop" / "web").files}
    assert found == {"shop.web", "shop.web.a"}


def test_same_name_twice(tmp_path: Path) -> None:
    """Of two files with one name the shallower keeps it; the other is told in a note."""
    files = {"app/__init__.py": "", "old-site/app/__init__.py": "", "x.py": "", "x/__init__.py": ""}
    assert names(tmp_path, files) == {
        "app/__init__.py": "app",
        "old-site/app/__init__.py": "old-site.app.__init__",
        "x.py": "x.py",
        "x/__init__.py": "x",
    }
    assert codes(tmp_path) == {
        "old-site/app/__init__.py": "duplicate-module",
        "x.py": "duplicate-module",
    }


def test_templates_and_sql(tmp_path: Path) -> None:
    """Templates are named as they are rendered, SQL files by path; other text is left alone."""
    files = {
        "app.py": 'Flask(__name__, template_folder="views")',
        "README.md": "",
        "templates/base.html": "",
        "templates/mail/welcome.txt": "",
        "cart/__init__.py": "",
        "cart/templates/base.html": "",
        "views/home.jinja": "",
        "db/schema.sql": "",
    }
    found = names(tmp_path, files)
    assert {path: name for path, name in found.items() if not path.endswith(".py")} == {
        "templates/base.html": "template:base.html",
        "templates/mail/welcome.txt": "template:mail/welcome.txt",
        "cart/templates/base.html": "template:base.html@cart/templates",
        "views/home.jinja": "template:home.jinja",
        "db/schema.sql": "sql:db/schema.sql",
    }
    assert codes(tmp_path) == {"cart/templates/base.html": "duplicate-template"}


def test_left_out(tmp_path: Path) -> None:
    """Version control, caches, installed and ignored code are left out; a package never is."""
    files = {
        "app.py": "",
        ".git/hook.py": "",
        "__pycache__/a.py": "",
        "node_modules/x/gyp.py": "",
        "myenv/pyvenv.cfg": "",
        "myenv/lib/a.py": "",
        "dist/a.py": "",
        "build/__init__.py": "",
        "legacy/old.py": "",
        "legacy/keep.py": "",
    }
    found = names(tmp_path, files, ignore=("legacy/*", "!legacy/keep.py"))
    assert set(found) == {"app.py", "build/__init__.py", "legacy/keep.py"}
    assert codes(tmp_path) == {"dist": "folder-skipped"}


def test_links(tmp_path: Path) -> None:
    """Links end inside the tree or are not followed, and a loop ends."""
    root = tmp_path / "root"
    write_tree(tmp_path, {"root/app/__init__.py": "", "root/real.py": "", "secret.py": ""})
    (root / "alias.py").symlink_to("real.py")
    (root / "out.py").symlink_to("../secret.py")
    (root / "self.py").symlink_to("self.py")
    (root / "gone.py").symlink_to("nowhere.py")
    (root / "app" / "loop").symlink_to("..", target_is_directory=True)
    (root / "beside").symlink_to("app", target_is_directory=True)
    (root / "up").symlink_to(tmp_path, target_is_directory=True)
    tree = discover(root)
    assert {file.path for file in tree.files} == {"alias.py", "app/__init__.py", "real.py"}
    assert codes(root) == {
        "app/loop": "link-loop",
        "beside": "link-skipped",
        "gone.py": "unreadable-file",
        "out.py": "link-outside",
        "self.py": "unreadable-file",
        "up": "link-loop",
    }


def test_odd_files(tmp_path: Path) -> None:
    """Large files, pipes and names that are no text are told and left out."""
    write_tree(tmp_path, {"app.py": "", "data.py": "x" * 101})
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("")
    found = codes(tmp_path, max_bytes=100)
    assert found == {
        "data.py": "file-too-large",
        "pipe.py": "not-a-file",
        "caf\\xe9.py": "unreadable-name",
    }


def test_requirements(tmp_path: Path) -> None:
    """Requirements are read as text from every place that projects keep them in."""
    files = {
        "requirements.txt": "Flask==3.1.3  # web\n-r other.txt\n\nrequests \\\n  >=2 --hash=a:0\n"
        "-e git+https://example.org/lib.git#egg=Lib\n",
        "requirements/dev.txt": "pytest\n",
        "pyproject.toml": '[project]\ndependencies = ["redis>=5", "a\\n--evil"]\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\ncelery = {version = "^5.2"}\n',
        "poetry.lock": '[[package]]\nname = "Celery"\nversion = "5.2.7"\n',
        "setup.cfg": "[options]\ninstall_requires =\n    lxml\n",
        "setup.py": 'open("marker", "w")\nsetup(install_requires=["boto3"])',
        "Pipfile": '[packages]\nrich = "*"\n',
        "Pipfile.lock": '{"default": {"rich": {"version": "==13.7"}}}',
    }
    write_tree(tmp_path, dict(files))
    found = discover(tmp_path).requirements
    assert [(r.name, r.line, r.path, r.kind.value) for r in found] == [
        ("a", "a", "pyproject.toml", "runtime"),
        ("boto3", "boto3", "setup.py", "runtime"),
        ("celery", "Celery==5.2.7", "poetry.lock", "locked"),
        ("celery", "celery>=5.2,<6", "pyproject.toml", "runtime"),
        ("flask", "Flask==3.1.3", "requirements.txt", "runtime"),
        ("lib", "git+https://example.org/lib.git#egg=Lib", "requirements.txt", "runtime"),
        ("lxml", "lxml", "setup.cfg", "runtime"),
        ("pytest", "pytest", "requirements/dev.txt", "development"),
        ("redis", "redis>=5", "pyproject.toml", "runtime"),
        ("requests", "requests >=2", "requirements.txt", "runtime"),
        ("rich", "rich", "Pipfile", "runtime"),
        ("rich", "rich==13.7", "Pipfile.lock", "locked"),
    ]
    assert not Path("marker").exists()


@pytest.mark.parametrize(
    ("poetry", "pip"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("1.2.*", "==1.2.*"),
        ("1.2", "==1.2"),
        (">=1,<2", ">=1,<2"),
        ("*", ""),
        ("git", ""),
    ],
)
def test_poetry_ranges(poetry: str, pip: str) -> None:
    """A range means to pip what it means to Poetry."""
    assert version_range(poetry) == pip


@pytest.mark.parametrize("kind", ["missing", "file", "empty", "only ignored"])
def test_nothing_to_read(tmp_path: Path, kind: str) -> None:
    """A path without Python is refused, with a hint."""
    write_tree(tmp_path, {"file": "", "empty/readme.md": "", "only ignored/a.py": ""})
    with pytest.raises(UserError) as caught:
        discover(tmp_path / kind, ("a.py",))
    assert kind in caught.value.message
    assert caught.value.hint


def test_bad_pattern(tmp_path: Path) -> None:
    """A pattern that can't be understood is refused."""
    write_tree(tmp_path, {"a.py": ""})
    with pytest.raises(UserError, match="ignore"):
        discover(tmp_path, ("!",))

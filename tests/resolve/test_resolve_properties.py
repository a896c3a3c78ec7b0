"""What holds for any program: the order of files is nothing, a folder's name is a name only."""

from __future__ import annotations

import tempfile
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from decompose.domain.model import SystemModel
from decompose.readers.flask import FlaskLibrary
from decompose.readers.sqlalchemy import SqlAlchemyLibrary
from decompose.resolve import build_model
from decompose.source import discover, read_all
from models import READERS, SilentProgress, model_of

T = TypeVar("T")
FOLDER = "shop"
MODULES = ("models", "orders", "users", "web")
HEADS = {
    "models": "from flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n",
    "web": "from flask import Blueprint\nbp = Blueprint('web', __name__)\n",
}


@st.composite
def programs(draw: st.DrawFn) -> dict[str, str]:
    """Four modules of functions and entities that import and use each other as they like."""
    names = [(m, f"f{i}") for m in MODULES for i in range(draw(st.integers(1, 3)))]
    files = {}
    for module in MODULES:
        lines = [f"from {FOLDER} import {', '.join(m for m in MODULES if m != module)}"]
        for owner, name in names:
            if owner == module:
                lines += _function(draw, module, name, names)
        if module == "models":
            lines += [line for n in range(draw(st.integers(0, 2))) for line in _entity(n)]
        files[f"{FOLDER}/{module}.py"] = HEADS.get(module, "") + "\n".join(lines) + "\n"
    return {**files, f"{FOLDER}/__init__.py": "", "lib.py": "def helper(f):\n    return f()\n"}


def _function(draw: st.DrawFn, module: str, name: str, names: list[tuple[str, str]]) -> list[str]:
    route = [f"@bp.route('/{name}')"] if module == "web" else []
    body = []
    for owner, target in draw(st.lists(st.sampled_from(names), max_size=3)):
        path = target if owner == module else f"{owner}.{target}"
        body.append(draw(st.sampled_from([f"x({path})", f"return {path}", f"{path}(x)"])))
    if draw(st.booleans()):
        body.append("return x")
    return [*route, f"def {name}(x=None):", *(f"    {line}" for line in body or ["pass"])]


def _entity(number: int) -> list[str]:
    return [f"class E{number}(db.Model):", "    id = db.Column(db.Integer, primary_key=True)",
            "    def save(self):", "        db.session.add(self)", "        db.session.commit()",
            f"def make{number}():", f"    E{number}().save()"]  # fmt: skip


def written(files: dict[str, str], root: Path) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return root


@settings(max_examples=25, deadline=None)
@given(files=programs(), order=st.randoms(use_true_random=False))
def test_the_order_of_files_is_nothing(files: dict[str, str], order: object) -> None:
    """The model is the same in whatever order the facts of the files come."""
    with tempfile.TemporaryDirectory() as folder:
        tree = discover(written(files, Path(folder)))
        facts = list(read_all(tree, READERS, None, 1, SilentProgress()))
        libraries = (FlaskLibrary, SqlAlchemyLibrary)
        first = build_model(tree, tuple(facts), libraries)
        order.shuffle(facts)  # type: ignore[attr-defined]
        assert build_model(tree, tuple(facts), libraries) == first


@settings(max_examples=25, deadline=None)
@given(files=programs(), name=st.sampled_from(["aaa", "kiosk", "zoo"]))
def test_renaming_a_folder_changes_names_only(files: dict[str, str], name: str) -> None:
    """A package under another name has the same model, but for that name."""
    moved = {path.replace(FOLDER, name): text.replace(FOLDER, name) for path, text in files.items()}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        before = model_of(written(files, Path(one)))
        after = model_of(written(moved, Path(two)))
    assert in_order(renamed(before, name)) == in_order(after)


def renamed(value: T, name: str) -> T:
    """Replace the folder's name in every string inside a value made of frozen types and tuples."""
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return value.replace(FOLDER, name)
    if isinstance(value, tuple):
        return tuple(renamed(item, name) for item in value)
    if is_dataclass(value):
        parts = {f.name: renamed(getattr(value, f.name), name) for f in fields(value)}
        return replace(value, **parts)
    return value


def in_order(model: SystemModel) -> dict[str, object]:
    """Every field; what names sort is sorted anew, the words of modules and the root left out."""
    bare = replace(model, root_name="", modules=tuple(replace(m, words=()) for m in model.modules))
    found = {f.name: getattr(bare, f.name) for f in fields(bare)}
    return {n: sorted(v, key=repr) if isinstance(v, tuple) else v for n, v in found.items()}

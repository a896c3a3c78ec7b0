"""The monolith's own tests, on a slice without the runtime."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import servicekit

APP = """\
from alembic.command import stamp, upgrade
from flask import Flask, url_for
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Member(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    club_id = db.Column(db.ForeignKey("club.id"))


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    with app.app_context():
        stamp(None, "base")
        upgrade(None)

    @app.route("/")
    def index():
        return url_for("orders.show", number=Member.query.count())

    return app
"""

CLUBS = """\
from app import db


class Club(db.Model):
    id = db.Column(db.Integer, primary_key=True)
"""

TEST = """\
from app import create_app


def test_index():
    for _ in range(2):
        client = create_app().test_client()
        assert client.get("/").data == b"/orders/0"
        assert client.get("/orders/0").status_code == 404
"""

INI = """\
[pytest]
addopts = -p servicekit.monolith_tests -p no:cacheprovider
testpaths = test_app.py
"""


def test_links_and_tables(tmp_path: Path) -> None:
    """Links to other services can be built, and instead of migrations all the models count."""
    described = {
        "format": 1,
        "name": "members",
        "application": {"target": "app:create_app", "kind": "factory"},
        "database": {"config": "SQLALCHEMY_DATABASE_URI", "style": "url"},
        "models": ["app", "clubs"],
        "owned": ["club", "member"],
        "build_only": [
            {"rule": "/orders/<int:number>", "endpoint": "orders.show", "methods": ["GET"]}
        ],
    }
    files = {
        "app.py": APP,
        "clubs.py": CLUBS,
        "test_app.py": TEST,
        "monolith-tests.ini": INI,
        "service.json": json.dumps(described),
        "alembic/__init__.py": "",
        "alembic/command.py": "def upgrade(*_): raise OSError\ndef stamp(*_): raise OSError",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    kit = str(Path(servicekit.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-c", "monolith-tests.ini"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": kit},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout

"""Alembic on a generated service: revisions of its own tables and copies, from its models."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from decompose.write import write_system
from targets.split import club

SERVICE = "services/bookings"
START = ("-m", "servicekit.migration.prepare")
SETTINGS = {
    "SECRET_KEY": "a key for tests only",
    "SERVICEKIT_SECRET": "another-key-for-tests-only",
    "PEER_MEMBERS_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def system(tmp_path: Path) -> Path:
    """The club's system, written."""
    write_system(tmp_path / "system", club().files)
    return tmp_path / "system"


def python(system: Path, *arguments: str, **settings: str) -> str:
    """Run Python in the service's folder; what it wrote."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(system / "servicekit"),
        "DATABASE_URL": f"sqlite:///{system}/bookings.db",
        **settings,
    }
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=system / SERVICE,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def revision(system: Path, name: str) -> str:
    """Let Alembic write a revision; its text."""
    python(system, "-m", "alembic", "revision", "--autogenerate", "-m", name)
    (found,) = (system / SERVICE / "migrations/versions").glob(f"*_{name}.py")
    return found.read_text()


def test_revisions_follow_the_models(system: Path) -> None:
    """The first makes the service's tables, a later one what changed, and the kit's stay out."""
    first = revision(system, "first")
    assert first.count("op.create_table") == 2
    assert "create_table('bookings'" in first
    assert "create_table('members'" in first
    assert "ForeignKey" not in first  # it would lead out of the service
    python(system, "-m", "alembic", "upgrade", "head")
    python(system, *START, **SETTINGS)  # the kit's tables and triggers come
    assert "No new upgrade operations" in python(system, "-m", "alembic", "check")

    models = system / SERVICE / "club/models.py"
    court = "    court = db.Column(db.Integer, nullable=False)\n"
    assert court in models.read_text()
    note = court + "    note = db.Column(db.String(9))\n"
    models.write_text(models.read_text().replace(court, note))
    second = revision(system, "note")
    assert "op.add_column('bookings', sa.Column('note'" in second
    assert "table(" not in second
    python(system, "-m", "alembic", "upgrade", "head")
    python(system, *START, **SETTINGS)
    assert "No new upgrade operations" in python(system, "-m", "alembic", "check")

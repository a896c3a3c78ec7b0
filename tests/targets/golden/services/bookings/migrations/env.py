"""Where Alembic begins: this service's own tables and copies, from its models."""

from pathlib import Path

from servicekit.revisions import run

run(Path(__file__).resolve().parents[1] / "service.json")

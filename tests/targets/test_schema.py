"""What a service's database needs beside its models."""

from __future__ import annotations

from pathlib import Path

from decompose.domain.plan import ServicePlan
from decompose.targets.schema import sql_schema
from fakes.parts import write_tree
from models import model_of


def test_extensions_that_the_monolith_creates(tmp_path: Path) -> None:
    """PostgreSQL's extensions named anywhere in the code come first, each once, by plain names."""
    texts = {
        "shop/manage.py": 'engine.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")',
        "migrations/one.py": "run('create extension \"uuid-ossp\"; CREATE EXTENSION pg_trgm')",
    }
    write_tree(tmp_path, dict(texts))
    model = model_of(tmp_path)
    service = ServicePlan(
        id="a", name="a", endpoints=(), commands=(), tables=(), foreign=(), handlers=(), excluded=()
    )
    assert sql_schema(model, service, texts.__getitem__) == (
        'CREATE EXTENSION IF NOT EXISTS "pg_trgm";\n\n'
        'CREATE EXTENSION IF NOT EXISTS "uuid-ossp";\n\n'
    )

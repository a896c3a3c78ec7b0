"""What a service's database needs beside its models: tables of SQL files, server extensions."""

from __future__ import annotations

import re

from decompose.domain.model import SystemModel
from decompose.domain.plan import ServicePlan
from decompose.domain.source import Read
from decompose.resolve.sql import declarations

_EXTENSION = re.compile(r"""CREATE EXTENSION (?:IF NOT EXISTS )?["']?(\w[\w-]*)""", re.IGNORECASE)


def sql_schema(model: SystemModel, service: ServicePlan, read: Read) -> str:
    """`CREATE` statements of the service's own and foreign tables, as the SQL files have them.

    Before them stand PostgreSQL's extensions that the monolith's code creates, for its indexes and
    types. `read` gives the text of a file of the monolith. Empty where classes declare all.
    """
    held = {*service.tables, *(f.table for f in service.foreign)}
    wanted = {t.name for t in model.tables if t.name in held and not t.entities}
    texts = [read(module.path) for module in model.modules if module.language == "sql"]
    found = [pair for text in texts for pair in declarations(text) if pair[0] in wanted]
    statements = [*_extensions(model, read), *(text for _, text in found)]
    return "".join(f"{text};\n\n" for text in statements)


def _extensions(model: SystemModel, read: Read) -> list[str]:
    readable = [module.path for module in model.modules if module.language in ("python", "sql")]
    names = {name for path in readable for name in _EXTENSION.findall(read(path))}
    return [f'CREATE EXTENSION IF NOT EXISTS "{name}"' for name in sorted(names)]

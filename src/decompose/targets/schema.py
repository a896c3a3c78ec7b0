"""Tables that only SQL files declare: the statements that a service needs of them."""

from __future__ import annotations

from decompose.domain.model import SystemModel
from decompose.domain.plan import ServicePlan
from decompose.domain.source import Read
from decompose.resolve.sql import declarations


def sql_schema(model: SystemModel, service: ServicePlan, read: Read) -> str:
    """`CREATE` statements of the service's own and foreign tables, as the SQL files have them.

    `read` gives the text of a file of the monolith. Empty where classes declare all of them.
    """
    held = {*service.tables, *(f.table for f in service.foreign)}
    wanted = {t.name for t in model.tables if t.name in held and not t.entities}
    texts = [read(module.path) for module in model.modules if module.language == "sql"]
    found = [pair for text in texts for pair in declarations(text) if pair[0] in wanted]
    return "".join(f"{text};\n\n" for _, text in found)

"""Makes a service's tables, as its start would: `python -m servicekit.migration.prepare`.

Runs in the service's folder and environment. The last line that it prints has the foreign keys
that the models declare: a database may lack them.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from typing import Any, Iterator, List, Tuple

from servicekit import description
from servicekit.application import create

Declared = Tuple[str, Tuple[str, ...], str, Tuple[str, ...]]


def main() -> None:
    """Put the service together, and take it apart without serving anything."""
    path = Path.cwd() / "service.json"
    service = create(path)
    service.data.stop()
    print(json.dumps(sorted(set(_declared(description.read(path).models)))))  # noqa: T201 - answer


def _declared(models: Tuple[str, ...]) -> Iterator[Declared]:
    if not models or importlib.util.find_spec("sqlalchemy") is None:
        return
    for metadata in importlib.import_module("servicekit.metadata").found_in(models):
        for table in metadata.tables.values():
            for constraint in {key.constraint for key in table.foreign_keys}:
                yield _foreign_key(table.name, list(constraint.elements))


def _foreign_key(table: str, elements: List[Any]) -> Declared:
    targets = [element.target_fullname.rpartition(".") for element in elements]
    parent = targets[0][0].rpartition(".")[2]
    columns = tuple(element.parent.name for element in elements)
    return table, columns, parent, tuple(column for _, _, column in targets)


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()

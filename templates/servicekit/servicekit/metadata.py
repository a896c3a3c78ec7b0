"""Creates tables from SQLAlchemy's metadata, of any version from 1.3 on."""

from __future__ import annotations

import sys
from typing import Any, FrozenSet, Iterator, List, Mapping

import sqlalchemy
from sqlalchemy.pool import NullPool

from servicekit.config_pins import sqlalchemy_url
from servicekit.description import Description


def create(description: Description, url: str) -> None:
    """Create the missing tables of the service that its model modules declare.

    Foreign keys stay only between tables that the service owns: the rows of replicas come and go
    as their owners decide.
    """
    engine = sqlalchemy.create_engine(sqlalchemy_url(url), poolclass=NullPool)
    try:
        for metadata in of_service(description):
            metadata.create_all(bind=engine, checkfirst=True)
    finally:
        engine.dispose()


def of_service(description: Description) -> List[Any]:
    """Return copies of each `MetaData` of the models, with the service's tables only."""
    wanted, owned = frozenset(description.tables), frozenset(description.owned)
    found = []
    for metadata in found_in(description.models):
        tables = [table for table in metadata.tables.values() if table.name in wanted]
        if tables:
            found.append(_copy(metadata, tables, owned))
    return found


def found_in(modules: Any) -> List[Any]:
    """Return each `MetaData` that the modules name, directly, by a table, model or extension."""
    found: List[Any] = []
    for module in modules:
        for value in list(vars(sys.modules[module]).values()):
            for metadata in _of(value):
                if not any(metadata is known for known in found):
                    found.append(metadata)
    return found


def _of(value: Any) -> Iterator[Any]:
    """Yield the metadata behind a module's attribute: itself, or that of what has some."""
    if isinstance(value, sqlalchemy.MetaData):
        yield value
        return
    try:
        several = getattr(value, "metadatas", None)
        single = getattr(value, "metadata", None)
    except Exception:  # proxies such as current_app raise what they like
        return
    for metadata in [*(several.values() if isinstance(several, Mapping) else ()), single]:
        if isinstance(metadata, sqlalchemy.MetaData):
            yield metadata


def _copy(metadata: Any, tables: List[Any], owned: FrozenSet[str]) -> Any:
    """Return a copy of some tables; the application's own keep all their foreign keys."""
    copy = sqlalchemy.MetaData(schema=metadata.schema, naming_convention=metadata.naming_convention)
    copy.dispatch._update(metadata.dispatch, only_propagate=False)
    copies = []
    for table in tables:
        to_metadata = getattr(table, "to_metadata", None) or table.tometadata
        copies.append(to_metadata(copy))
        copies[-1].dispatch._update(table.dispatch, only_propagate=False)
    for table in copies:
        _loosen(table, owned)
    return copy


def _loosen(table: Any, owned: FrozenSet[str]) -> None:
    """Remove foreign keys that leave what the service owns, or start outside of it."""
    for constraint in {key.constraint for key in table.foreign_keys}:
        target = constraint.elements[0].target_fullname.rpartition(".")[0].rpartition(".")[2]
        if table.name in owned and target in owned:
            continue
        table.constraints.discard(constraint)
        for key in constraint.elements:
            key.parent.foreign_keys.discard(key)
            table.foreign_keys.discard(key)

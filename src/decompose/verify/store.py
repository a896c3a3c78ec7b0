"""What a replay asks of the databases of its sides, whatever they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from decompose.verify.rows import State
from decompose.verify.tape import Shape


class Store(Protocol):
    """The tables of a database that count: all of the monolith's, those that a service owns."""

    def state(self) -> State:
        """The rows as they are now; the same object while nothing was committed."""
        ...

    def bring_to(self, wanted: State) -> None:
        """Change what differs; the kit's triggers run, so that others hear of it."""
        ...

    def settled(self) -> bool:
        """Whether no forwarded write is still undecided here, or decided and not yet told."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


class Databases(Protocol):
    """Where the databases of a replay are, and how they come to be."""

    def url(self, name: str) -> str:
        """The address of the database of that name, as SQLAlchemy has it."""
        ...

    def create(self, name: str, statements: Iterable[str]) -> None:
        """Make a database with what the statements make."""
        ...

    def open(self, name: str, shapes: Mapping[str, Shape]) -> Store:
        """The database of that name, of which these tables count."""
        ...

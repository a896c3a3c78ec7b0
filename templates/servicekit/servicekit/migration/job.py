"""What is to be moved, where to: read from what the runner hands over."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Mapping, Tuple

from servicekit import description
from servicekit.config_pins import plain_url
from servicekit.description import Description


@dataclass(frozen=True)
class Member:
    """A service whose database is to be filled, and the environment it starts in."""

    described: Description
    url: str
    environment: Mapping[str, str]

    @property
    def name(self) -> str:
        """Return the service's name."""
        return self.described.name

    @property
    def tables(self) -> Tuple[str, ...]:
        """Return the tables to be filled: its own, and copies of others'."""
        return (*self.described.owned, *sorted(self.described.replicas))


@dataclass(frozen=True)
class Job:
    """Everything to be moved; a rehearsal keeps nothing."""

    source: str
    rehearse: bool
    members: Tuple[Member, ...]


def from_json(data: Mapping[str, Any]) -> Job:
    """Return the job that the runner describes."""
    members = tuple(
        Member(
            description.read(Path(entry["folder"]) / "service.json"),
            plain_url(entry["environment"]["DATABASE_URL"]),
            entry["environment"],
        )
        for entry in data["services"]
    )
    return Job(plain_url(data["source"]), bool(data["rehearse"]), members)

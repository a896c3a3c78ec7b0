"""The text of a first `decompose.toml`, for people to go on with."""

from __future__ import annotations

import json
from collections.abc import Iterator

from decompose.domain.partition import KERNEL, ROOT, Partition, Service

_HEAD = """\
# The boundary file: what people decide about the split. `decompose` reads it on every run and
# never changes it. A line that starts with # is a comment: remove the # to make it count.

# How many services to look for. Without it, the analysis chooses.
# services = {count}

# Paths to leave out, written as in a .gitignore file.
ignore = []

# Groups of modules or definitions that must, or must not, end up in one service.
must-link = []
cannot-link = []

# What people call each service. Left is its id, which stays the same between runs.
[names]
"""
_PINS = """
# Modules (`shop.orders`, or `shop.orders.*` with all below) and definitions that belong to a
# service, whatever the analysis thinks. Right is a service's id.
[pins]
"""
_OWNERS = """
# The one service that may write a table.
[owners]
"""
_SEAMS = """
# How to cut a seam, by the id that the report gives it.
[seams]
"""


def starter_text(partition: Partition) -> str:
    """A commented boundary file that names the services found; its decisions change nothing.

    Names are set as found; pins and owners stand as comments, ready to be taken over.
    """
    return "".join(
        (
            _HEAD.format(count=len(partition.services)),
            *(_pair(service.id, service.name) for service in partition.services),
            _PINS,
            *(line for service in partition.services for line in _pins(service, partition)),
            _OWNERS,
            *(f"# {_pair(owner.table, owner.owner)}" for owner in partition.owners),
            _SEAMS,
        )
    )


def _pins(service: Service, partition: Partition) -> Iterator[str]:
    """The definitions of a service that it holds least firmly."""
    placed = [
        placement
        for placement in partition.placements
        if placement.service == service.id and placement.service not in {KERNEL, ROOT}
    ]
    placed.sort(key=lambda placement: (placement.confidence, placement.definition))
    for placement in placed[:5]:
        yield f"# {_pair(placement.definition, service.id)}"


def _pair(left: str, right: str) -> str:
    """A line of TOML, whatever is in the names."""
    return f"{_quoted(left)} = {_quoted(right)}\n"


def _quoted(text: str) -> str:
    """A JSON string is a TOML string, but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

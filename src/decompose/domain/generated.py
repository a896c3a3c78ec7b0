"""What a run would write: the generated system as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from decompose.domain.finding import Finding


class Gateway(StrEnum):
    """What stands between clients and services: the Flask gateway, or a program before it."""

    FLASK = "flask"
    NGINX = "nginx"
    HAPROXY = "haproxy"
    ENVOY = "envoy"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class GeneratedFile:
    """A file of the generated system: its POSIX path below the output folder, and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """All files of a generated system, sorted, and what a person should know about them."""

    files: tuple[GeneratedFile, ...]
    findings: tuple[Finding, ...] = ()

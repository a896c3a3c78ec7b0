"""The ports: what plugin families implement and the pipeline calls."""

from __future__ import annotations

from typing import Protocol

from decompose.domain.facts import ModuleFacts
from decompose.domain.model import SystemModel
from decompose.domain.partition import Evidence
from decompose.domain.source import SourceFile


class Reader(Protocol):
    """Turns the bytes of one file into facts. Pure: no file access, nothing imported or run."""

    language: str
    version: int

    def read(self, file: SourceFile, content: bytes) -> ModuleFacts:
        """Facts of `content`; what can't be read becomes a finding in them, never an error."""
        ...


class EvidenceSource(Protocol):
    """Finds reasons why definitions belong together."""

    name: str

    def collect(self, model: SystemModel, root: str) -> tuple[Evidence, ...]:
        """Evidence sorted, with weights of this source's own scale (see `evidence`)."""
        ...

"""Everything that a report consists of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from decompose.domain.analysis import Analysis
from decompose.report.decomposition import decomposition
from decompose.report.document import Document
from decompose.report.encode import encode
from decompose.report.graph import graph_chunks
from decompose.report.markdown import markdown
from decompose.report.page import page
from decompose.report.sarif import sarif


def documents(analysis: Analysis) -> tuple[Document, ...]:
    """The report's files. Each is made when its chunks are asked for, none touches the disk."""
    return (
        whole("decomposition.json", lambda: encode(decomposition(analysis), indent=2)),
        Document(path="graph.json", chunks=lambda: graph_chunks(analysis.model)),
        whole("index.html", lambda: page(analysis).encode("utf-8", "backslashreplace")),
        whole("report.md", lambda: markdown(analysis).encode("utf-8", "backslashreplace")),
        whole("report.sarif", lambda: encode(sarif(analysis), indent=2)),
    )


def whole(path: str, make: Callable[[], bytes]) -> Document:
    """A document that `make` gives at once."""

    def chunks() -> Iterator[bytes]:
        yield make()

    return Document(path=path, chunks=chunks)

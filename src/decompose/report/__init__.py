"""An analysis as documents to keep and as a summary on the terminal."""

from decompose.report.document import Document
from decompose.report.documents import documents
from decompose.report.excerpts import with_excerpts
from decompose.report.explain import explain
from decompose.report.terminal import summary

__all__ = ["Document", "documents", "explain", "summary", "with_excerpts"]

"""An analysis as documents to keep and as a summary on the terminal."""

from decompose.report.document import Document
from decompose.report.documents import documents
from decompose.report.excerpts import with_excerpts
from decompose.report.explanation import explanation
from decompose.report.terminal import summary

__all__ = ["Document", "documents", "explanation", "summary", "with_excerpts"]

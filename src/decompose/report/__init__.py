"""An analysis as documents to keep and as a summary on the terminal."""

from decompose.report.document import Document
from decompose.report.documents import documents
from decompose.report.excerpts import with_excerpts
from decompose.report.explanation import explanation
from decompose.report.faults_summary import faults_summary
from decompose.report.plan import plan_summary
from decompose.report.summarize import summarize
from decompose.report.terminal import show_summary
from decompose.report.verification import verification_documents
from decompose.report.verification_summary import verification_summary

__all__ = [
    "Document",
    "documents",
    "explanation",
    "faults_summary",
    "plan_summary",
    "show_summary",
    "summarize",
    "verification_documents",
    "verification_summary",
    "with_excerpts",
]

"""Puts finished files into the output folder; nothing else in the program writes there."""

from decompose.write.documents import MAIN_DOCUMENT, Document, check_output, write_documents
from decompose.write.system import Written, check_system, write_system

__all__ = [
    "MAIN_DOCUMENT",
    "Document",
    "Written",
    "check_output",
    "check_system",
    "write_documents",
    "write_system",
]

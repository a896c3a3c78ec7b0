"""Runs the monolith and its split: records what the one does, and shows that the other does it."""

from decompose.verify.prepare import prepare
from decompose.verify.record import Recording, record
from decompose.verify.shadow import verify_shadow
from decompose.verify.start import serve_command
from decompose.verify.verifying import Asked, verify, verify_under_faults

__all__ = [
    "Asked",
    "Recording",
    "prepare",
    "record",
    "serve_command",
    "verify",
    "verify_shadow",
    "verify_under_faults",
]

"""Why a system can't run, in words for the person who started it."""

from __future__ import annotations


class Failure(Exception):
    """The system can't be started or went wrong; the message says what to do about it."""

"""Errors that end a run, and the exit codes they end it with."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a run's exit status says."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    REFUSED = 3
    BUG = 70


class UserError(Exception):
    """The run can't go on for a reason that its user can mend.

    `message` says what is wrong and where, `hint` what to do next.
    """

    def __init__(self, message: str, *, hint: str = "", code: ExitCode = ExitCode.REFUSED) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code

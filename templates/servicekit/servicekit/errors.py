"""What the data plane raises, and what callers may do about it."""

from __future__ import annotations

from typing import Any, Mapping


class PeerUnavailable(Exception):
    """A peer didn't answer in time, or couldn't be reached; whether it did the work is unknown."""


class PeerRefused(Exception):
    """A peer answered that it won't do what it was asked; nothing was changed there."""

    def __init__(self, reason: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details: dict[str, Any] = dict(details or {})


class Refused(Exception):
    """An operation of this service declines a request: the internal server answers 409 with it."""

    def __init__(self, reason: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details: dict[str, Any] = dict(details or {})


class SchemaError(Exception):
    """The database lacks a table or column that the service or one of its peers relies on."""


class WriteRefused(Exception):
    """A transaction that wrote rows of another service was refused and has been rolled back.

    What reaches the application is this and the driver's `OperationalError` in one class.
    `reason` is one of `conflict` (a row changed meanwhile), `constraint`, `busy`, `schema`,
    `aborted`, `unavailable`; `details` says which table and key.
    """

    def __init__(self, owner: str, reason: str, details: Mapping[str, Any] | None = None) -> None:
        self.owner = owner
        self.reason = reason
        self.details: dict[str, Any] = dict(details or {})
        said = "".join(f"; {name}: {value}" for name, value in sorted(self.details.items()))
        super().__init__(f"{owner} refused the write, nothing was saved: {reason}{said}")

    @property
    def worth_retrying(self) -> bool:
        """Whether the same request may succeed when it starts anew from fresh replicas."""
        return self.reason in ("conflict", "constraint", "busy", "aborted")


class OwnerUnavailable(WriteRefused):
    """The service that owns the rows can't be reached; a write was rolled back, a read not done."""

    def __init__(self, owner: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(owner, "unavailable", details)


_driver_errors: dict[tuple[type, type], type[WriteRefused]] = {}


def as_driver_error(error: WriteRefused, operational: type[Exception]) -> WriteRefused:
    """Return `error` as an exception that is also the driver's `operational` error."""
    base = type(error)
    if issubclass(base, operational):
        return error
    both = _driver_errors.get((base, operational))
    if both is None:
        both = type(base.__name__, (base, operational), {"__module__": __name__})
        _driver_errors[(base, operational)] = both
    if isinstance(error, OwnerUnavailable):
        return both(error.owner, error.details)  # type: ignore[arg-type]
    return both(error.owner, error.reason, error.details)

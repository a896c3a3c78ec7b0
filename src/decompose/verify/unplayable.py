"""Steps that nobody can play again: a test had put something of its own into the monolith."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from decompose.domain.lookup import is_test
from decompose.domain.verification import Difference, Mismatch, Unplayable
from decompose.verify.compare import Unsteadiness
from decompose.verify.tape import Request

BROKEN = "status of the monolith itself, recorded and now"


def doubtful(
    request: Request,
    endpoint: str,
    service: str,
    found: tuple[Mismatch, ...],
    kept: Iterable[tuple[str, str]],
) -> Unplayable | None:
    """A step at which a test had supplied something, and the monolith does not do as recorded.

    `kept` has what of the tests' the application kept, with the file of what keeps it; it counts
    where code of that file ran.
    """
    supplied = (*_supplied(request), *_asked_for(request, kept))
    if not (supplied and found):
        return None
    return Unplayable(
        step=request.step,
        method=request.method,
        target=request.target,
        endpoint=endpoint,
        service=service,
        supplied=supplied,
        mismatches=found,
    )


def _supplied(request: Request) -> tuple[str, ...]:
    """What a test had replaced, and the functions of tests that ran."""
    return (*request.replaced, *sorted(functions_of_tests(request)))


def _asked_for(request: Request, kept: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What is kept where code ran that may have asked for it."""
    ran = {path for path, *_ in request.definitions}
    return (f"{what} in {keeper}" for what, keeper in kept if keeper in ran)


def functions_of_tests(request: Request) -> frozenset[str]:
    """The functions of tests that ran in a request."""
    ran = request.definitions
    return frozenset(f"{name} of {path}" for path, _, name, *_ in ran if is_test(path))


def unplayable(
    found: list[Unplayable],
    differences: list[Difference],
    unsteadiness: Unsteadiness,
    *,
    harmless: Set[str],
) -> tuple[Unplayable, ...]:
    """The steps at which the monolith can't do what was recorded, and the split does as it.

    Where the split does otherwise than the monolith, that stays a difference. `harmless` are
    functions of tests that ran at steps which the monolith repeats without them, so they are no
    reason: a test that listens to every request, say.
    """
    different = {d.step for d in differences if any(m.place != BROKEN for m in d.mismatches)}
    steady = (
        replace(
            one,
            supplied=tuple(name for name in one.supplied if name not in harmless),
            mismatches=unsteadiness.unexplained(one.endpoint, one.mismatches),
        )
        for one in found
        if one.step not in different
    )
    return tuple(one for one in steady if one.supplied and one.mismatches)

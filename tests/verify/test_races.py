"""A race that the monolith has is allowed to the split; one that only the split has is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from decompose.domain.verification import Verification
from decompose.verify.clients import play_clients
from decompose.verify.places import Answer
from decompose.verify.replay import Sides, recorded_answer
from decompose.verify.rows import State
from decompose.verify.tape import Request, survey
from verify.steps import LOGIN, TAPE, one_service, requests

TABLE = "tags"
HELD, PLAIN, WRONG = "added twice", "added once", "added by nobody"


class Racing:
    """Keeps a row; what is in it depends on whether requests were held before they wrote."""

    def __init__(self, plain: str, held: str) -> None:
        self._plain, self._held = plain, held
        self._name = plain

    def bring_to(self, wanted: State) -> None:
        """Begin anew."""
        self._name = self._plain

    def attempt(self, request: Request, hold: float) -> Answer:
        """Answer as recorded."""
        self._name = self._held if hold else self._name
        return recorded_answer(request)

    def state(self) -> State:
        """Give the row."""
        columns = survey(TAPE).tables[TABLE].columns
        return {TABLE: {(1,): tuple(1 if name == "id" else self._name for name in columns)}}

    def copies(self) -> dict[str, State]:
        """Have no copies."""
        return {}

    def settle(self, until: float) -> bool:
        """Forward nothing."""
        return True


def played(tmp_path: Path, monolith: tuple[str, str], split: str) -> Verification:
    """A step by two clients; the monolith leaves one row when it is held and another when not."""
    tape = tmp_path / "one.tape"
    request = msgspec.structs.replace(requests()[LOGIN], rows=())
    head = TAPE.read_bytes().splitlines()[:3]
    tape.write_bytes(b"\n".join([*head, msgspec.json.encode(request)]) + b"\n")
    sides: Any = Sides(
        monolith=Racing(*monolith),  # type: ignore[arg-type] # these fakes stand in for sides
        again=Racing(*monolith),  # type: ignore[arg-type] # as above
        split=Racing(split, split),  # type: ignore[arg-type] # as above
    )
    system = replace(one_service(), owned={"shop": (TABLE,)})
    return play_clients(tape, survey(tape), system, sides, 2, lambda steps: None)


@pytest.mark.parametrize("split", [HELD, PLAIN])
def test_races_of_the_monolith(tmp_path: Path, split: str) -> None:
    """What the monolith leaves when requests are held, or when none is, the split may leave."""
    assert played(tmp_path, (PLAIN, HELD), split).differences == ()


def test_races_of_the_split(tmp_path: Path) -> None:
    """What no run of the monolith leaves is a difference, however many runs there were."""
    (difference,) = played(tmp_path, (PLAIN, HELD), WRONG).differences
    assert {m.actual for m in difference.mismatches} == {repr(WRONG)}


def test_no_race(tmp_path: Path) -> None:
    """A monolith that does the same however it is held allows nothing else."""
    assert len(played(tmp_path, (PLAIN, PLAIN), HELD).differences) == 1

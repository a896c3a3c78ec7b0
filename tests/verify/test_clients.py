"""The club's sessions are played at once: a correct split passes, one that loses rows does not."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

from verify.club import Verify, spoil


def test_equal(verify: Verify) -> None:
    """A correct split is equal, and what the monolith's own runs leave open is listed."""
    verified = verify(None, "--clients", 4)
    assert verified.status == 0, verified.said
    found = verified.found
    assert (found["clients"], found["equal"], found["differences"]) == (4, found["requests"], [])
    assert found["requests"] == 32, "fewer sessions than clients are played several times"
    assert "answers were not compared" in verified.said
    assert ET.parse(verified.junit).getroot().get("failures") == "0"  # noqa: S314 - our own file


def test_lost_and_doubled_writes(verify: Verify, club: Path, tmp_path: Path) -> None:
    """Lost and doubled writes are found, whatever the order of requests was."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    loans, members = "services/loans/club/loans.py", "services/members/club/members.py"
    spoil(split, loans, "db.session.add(loan)", "db.session.add_all([loan, Loan(**again)])")
    spoil(
        split,
        loans,
        "    member.borrowed += 1",
        '    again = {"member_id": member.id, "title": loan.title}\n    member.borrowed += 1',
    )
    spoil(split, loans, "db.session.add(member)", "pass")
    spoil(split, members, 'member.name = request.form["name"]\n    db.session.commit()', "pass")
    verified = verify(split, "--clients", 3)
    assert verified.status == 1, verified.said
    assert {
        ("loans.lend", "row loans[]: how many"),
        ("loans.guest", "row members[]: how many"),
    } <= verified.places()
    assert any(place == "row members[].name" for _, place in verified.places())
    assert ET.parse(verified.junit).getroot().get("failures") != "0"  # noqa: S314 - our own file


def test_copy_that_lags(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A copy that never becomes what its owner has is found."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    feed = "servicekit/servicekit/feed.py"
    spoil(split, feed, '"changes": [change.to_json() for change in changes]', '"changes": []')
    verified = verify(split, "--clients", 2)
    assert verified.status == 1, verified.said
    assert any("in the copy of loans" in place for _, place in verified.places()), verified.said


def test_failures(verify: Verify, club: Path, tmp_path: Path) -> None:
    """A request that fails in the split alone is found, though it writes nothing."""
    split = tmp_path / "split"
    shutil.copytree(club / "split", split)
    spoil(split, "services/loans/club/loans.py", "found = Loan.query", "raise OSError; Loan.query")
    verified = verify(split, "--clients", 2)
    assert verified.status == 1, verified.said
    assert ("loans.index", "status: how many 5xx") in verified.places()

"""What a live gateway has compared and kept is judged as the answers of a replay are."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from decompose.verify import serve_command
from decompose.verify.process import Server
from verify.club import Verified, decompose, serve

MEMBER = """
from club import create_app
from club.database import db
from club.models import Member
with create_app().app_context():
    db.create_all()
    db.session.add(Member(name="Ada", card="0"))
    db.session.commit()
"""
RECORDER = Path(__file__).parents[2] / "templates" / "recorder"


@pytest.fixture
def monolith(club: Path, tmp_path: Path) -> Iterator[str]:
    """The club as people use it; its address."""
    folder = tmp_path / "club"
    shutil.copytree(club / "club", folder)
    subprocess.run([sys.executable, "-c", MEMBER], cwd=folder, check=True)
    command = serve_command(sys.executable, "club:create_app", 0)
    server = Server("The club", command, folder, {"PYTHONPATH": str(RECORDER)})
    yield f"http://127.0.0.1:{server.wait()}"
    server.stop()


def judged(club: Path, file: Path, output: Path) -> Verified:
    words = ("verify", club / "club", club / "split", "--shadow", file, "--output", output)
    return Verified(decompose(*words), output)


def test_live_gateway(club: Path, monolith: str, tmp_path: Path) -> None:
    """Real requests are judged: what is equal, what differs, what nobody asked for."""
    split, file = tmp_path / "split", tmp_path / "kept"
    shutil.copytree(club / "split", split)
    table = json.loads((split / "gateway" / "routing.json").read_text())
    table["routes"] = [{**route, "mode": "shadow"} for route in table["routes"]]
    (split / "gateway" / "routing.json").write_text(json.dumps(table))
    with serve(split, None, MONOLITH_URL=monolith, SHADOW_FILE=str(file)) as address:
        for path in ("/loans/", "/members/never", "/loans/process", "/members/1"):
            urllib.request.urlopen(address + path, timeout=60).close()  # noqa: S310 - ours
        until = time.monotonic() + 60
        while len(lines := file.read_text().splitlines() if file.exists() else []) < 4:
            assert time.monotonic() < until, lines
            time.sleep(0.1)
    assert file.stat().st_mode & 0o077 == 0, "it holds people's data"
    words = ("verify", club / "club", split, "--shadow", file, "--output", tmp_path / "result")
    found = Verified(decompose(*words), tmp_path / "result")
    assert found.status == 1, found.said
    assert (found.found["requests"], found.found["equal"]) == (4, 2)
    assert ("loans.process", "body $.pid") in found.places()
    assert ("members.show", "status") in found.places(), "the service does not have this member"
    assert ("loans.process", "body $.now") not in found.places(), "the monolith leaves it open"
    assert "members.join" in found.found["untouched"]  # type: ignore[operator]


def kept(body: bytes, cookie: str) -> dict[str, object]:
    headers = [["content-type", "text/html"], ["set-cookie", cookie]]
    return {"status": 200, "headers": headers, "body": base64.b64encode(body).decode()}


def line(**values: object) -> str:
    asked = {"endpoint": "members.show", "method": "GET", "target": "/members/1"}
    return json.dumps({**asked, **values}) + "\n"


def test_answers(club: Path, tmp_path: Path) -> None:
    """Tokens that the monolith renews are masked, at their place; all else counts, cookies too."""
    one = kept(b"<p>Ada</p><i>a1b2c3d4e5</i>", "k=v; Secure")
    two = kept(b"<p>Ada</p><i>f6a7b8c9d0</i>", "k=v; Secure")
    good = kept(b"<p>Ada</p><i>e1e2e3e4e5</i>", "k=v; Secure")
    bad = kept(b"<p>Bob</p><i>e1e2e3e4e5</i>", "k=v")
    file = tmp_path / "kept"
    file.write_text(
        line(same=True)
        + line(monolith=one, again=two, service=good)
        + line(monolith=one, again=two, service=bad)
        + line(monolith=one, again=None, service=None)
        + line(skipped=True)
        + line(same=True)[:20]
    )
    found = judged(club, file, tmp_path / "result")
    assert found.status == 1, found.said
    assert (found.found["requests"], found.found["equal"]) == (4, 2)
    assert [place for _, place in sorted(found.places())] == [
        "answer",
        "body /p[1]/text[1]",
        "cookie k; secure",
    ]
    assert "1 requests were not compared" in found.said


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "holds no comparison"), ("GIF89a\n" + line(same=True), "line 1 is no comparison")],
)
def test_no_comparisons(club: Path, tmp_path: Path, text: str, message: str) -> None:
    """A file without comparisons, or of something else, is refused."""
    file = tmp_path / "kept"
    file.write_text(text)
    found = judged(club, file, tmp_path / "result")
    assert (found.status, message in found.said) == (3, True), found.said


def test_tape_or_shadow(club: Path, tmp_path: Path) -> None:
    """One of the two is judged, not none and not both."""
    words = ("verify", club / "club", club / "split")
    assert decompose(*words).returncode == 2
    both = decompose(*words, "--tape", club / "club.tape", "--shadow", tmp_path, "--clients", "2")
    assert both.returncode == 2
    assert "leave --tape, --clients out" in both.stderr

"""The club, split, written and started: what its pages answer through the gateway."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from decompose.write import write_system
from targets.running import running
from targets.split import club


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The club's system, written."""
    folder = tmp_path_factory.mktemp("club") / "system"
    write_system(folder, club().files)
    return folder


@pytest.fixture(scope="module")
def gateway(system: Path) -> Iterator[str]:
    """The running system's address; it is stopped like a person would."""
    with running(system) as address:
        yield address


class Browser:
    """Follows redirects and keeps cookies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def __call__(self, path: str, **form: str) -> tuple[int, str, str]:
        """The status, the final path and the text that a page answers."""
        data = urlencode(form).encode() if form else None
        try:
            with self.opener.open(self.base + path, data, timeout=30) as answer:
                return answer.status, answer.url.removeprefix(self.base), answer.read().decode()
        except HTTPError as error:
            return error.code, path, error.read().decode()


def test_a_visit_through_two_services(gateway: str) -> None:
    """A session, links, copies and a transaction of two owners hold across services."""
    browser = Browser(gateway)
    status, path, text = browser("/members/", name="Ada")
    assert (status, path) == (200, "/bookings/")
    assert "<h1>Ada</h1>" in text
    assert '<a href="/members/1">' in text
    status, path, text = browser("/bookings/", court="3")
    assert (status, path) == (200, "/members/1")
    assert "1 booked" in text
    assert "Court 3" in browser("/bookings/")[2]
    assert json.loads(browser("/bookings/all.json")[2]) == [{"court": 3, "by": "Ada"}]


def test_writers_of_one_row_all_succeed_and_none_is_lost(gateway: str) -> None:
    """Conflicting requests run again, on the newest values, until each is in."""
    browser = Browser(gateway)
    _, _, text = browser("/members/", name="Grace")
    number = text.partition('href="/members/')[2].partition('"')[0]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda court: browser("/bookings/", court=str(court)), range(18)))
    assert {status for status, _, _ in found} == {200}
    assert "18 booked" in browser(f"/members/{number}")[2]


def test_a_composition_is_answered_by_the_gateway(gateway: str) -> None:
    """What the boundary file puts together comes as one JSON object."""
    status, _, text = Browser(gateway)("/overview.json")
    assert status == 200
    assert set(json.loads(text)) == {"members", "bookings"}


def test_errors_are_the_monoliths(gateway: str) -> None:
    """An unknown path, a missing row and a stranger get what they got."""
    browser = Browser(gateway)
    assert browser("/nothing")[0] == 404
    assert browser("/members/999")[0] == 404
    assert browser("/bookings/")[0] == 401


@pytest.mark.parametrize("service", ["bookings", "members"])
def test_the_services_own_tests_pass(system: Path, service: str) -> None:
    """What is generated to test a service passes on it, and so do the monolith's tests there."""
    done = subprocess.run(
        ["make", f"test-{service}", f"PYTHON={sys.executable}"],
        cwd=system,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    generated, own = (int(count) for count in re.findall(r"(\d+) passed", done.stdout))
    assert (generated, own) == (12, {"bookings": 2, "members": 5}[service])

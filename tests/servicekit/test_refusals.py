"""What a client is told when a write was refused for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kit_fakes
import pytest
from flask import Flask
from werkzeug.test import Client

from servicekit.description import read
from servicekit.errors import OwnerUnavailable
from servicekit.telemetry import Metrics
from servicekit.web import Middleware


@pytest.fixture(params=[False, True], ids=["nothing", "a part"])
def refused(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An answer to a request whose write was refused, and whether it had committed before."""
    data = kit_fakes.FakeData()

    def page() -> str:
        data.scopes[-1].committed = request.param
        raise OwnerUnavailable("accounts")

    app = Flask("shop")
    app.add_url_rule("/", "page", page)
    path = kit_fakes.write(tmp_path, {"app.py": ""})
    return Client(Middleware(app, read(path), data, Metrics())).get("/"), request.param


def test_what_was_saved_is_told(refused: Any) -> None:
    """A 503 says whether something was saved, and asks to try again only where nothing was."""
    answer, committed = refused
    assert answer.status_code == 503
    assert ("nothing was saved" in answer.text) != committed
    assert ("A part of this was saved" in answer.text) == committed
    assert ("Retry-After" in answer.headers) != committed

"""What a client is told when a write was refused for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import kit_fakes
import pytest
from flask import Flask
from werkzeug.test import Client
from werkzeug.wrappers import Response

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
    client = Client(Middleware(app, read(path), data, Metrics()), Response)
    return client.get("/"), request.param


def test_what_was_saved_is_told(refused: Any) -> None:
    """A 503 says whether something was saved, and asks to try again only where nothing was."""
    answer, committed = refused
    assert answer.status_code == 503
    assert (b"nothing was saved" in answer.data) != committed
    assert (b"A part of this was saved" in answer.data) == committed
    assert ("Retry-After" in answer.headers) != committed

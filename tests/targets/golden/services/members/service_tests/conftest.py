"""The service in this process, on an empty database, with no other service within reach."""

import json
import os
import sys
import tempfile
from pathlib import Path

import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from servicekit.application import create

SERVICE = Path(__file__).resolve().parent.parent
NOWHERE = "http://127.0.0.1:9"  # the discard port: nobody answers


def described():
    """The content of service.json."""
    return json.loads((SERVICE / "service.json").read_text(encoding="utf-8"))


def environment(folder):
    """What the service asks of its environment."""
    peers = {f"PEER_{name.upper().replace('-', '_')}_URL": NOWHERE for name in described()["peers"]}
    return {
        "DATABASE_URL": f"sqlite:///{folder}/{described()['name']}.db",
        "SECRET_KEY": "a key for tests only",
        "SERVICEKIT_SECRET": "another-key-for-tests-only",
        **peers,
    }


@pytest.fixture(scope="session")
def description():
    """What the service is made of."""
    return described()


@pytest.fixture(scope="session")
def service():
    """The service, put together as a server would."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(environment(folder))
        sys.path.insert(0, str(SERVICE))
        yield create(SERVICE / "service.json")


@pytest.fixture(scope="session")
def internal(service):
    """A client of the internal port."""
    return Client(service.internal, Response)

"""One shop for the whole run.

Tests share it and make what they need under names of their own, so their order doesn't matter.
By default the application runs in this process on a new SQLite file, or on DATABASE_URL. With
SHOP_BASE_URL set, the same tests go to a shop that runs elsewhere (with empty tables); then those
marked ``internals`` are skipped.
"""

import os

import pytest
from flask import request_started
from remote import RemoteShop
from shopper import Shop
from werkzeug.test import Client

BASE_URL = os.environ.get("SHOP_BASE_URL")
visited = set()
every_endpoint = set()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The application itself, for tests marked ``internals`` and the fixture below."""
    if BASE_URL:
        pytest.skip("The shop runs elsewhere.")
    from shop import create_app
    from shop.extensions import db

    folder = tmp_path_factory.mktemp("shop")
    app = create_app(
        {
            "TESTING": True,
            "SQLALCHEMY_DATABASE_URI": os.environ.get(
                "DATABASE_URL", f"sqlite:///{folder / 'shop.db'}"
            ),
            "UPLOAD_FOLDER": str(folder / "uploads"),
            "PASSWORD_HASH_METHOD": "pbkdf2:sha256:1",
            "PAGE_SIZE": 12,
        }
    )
    with app.app_context():
        db.drop_all()
        db.create_all()
    every_endpoint.update(rule.endpoint for rule in app.url_map.iter_rules())
    with request_started.connected_to(note_visit, app):
        yield app


def note_visit(sender):
    from flask import request

    visited.add(request.endpoint)


@pytest.fixture(scope="session")
def new_client(request):
    """Return a function that makes a client with a cookie jar of its own."""
    if BASE_URL:
        return lambda: Client(RemoteShop(BASE_URL))
    return request.getfixturevalue("app").test_client


@pytest.fixture(scope="session")
def shop(new_client):
    return Shop(new_client).open()


@pytest.fixture
def admin(shop):
    return shop.admin


@pytest.fixture
def customer(shop):
    return shop.customer()


@pytest.fixture
def product(shop):
    return shop.product()


def pytest_terminal_summary(terminalreporter):
    if every_endpoint:
        missed = sorted(every_endpoint - visited)
        share = 100 - 100 * len(missed) / len(every_endpoint)
        terminalreporter.write_line(
            f"{share:.1f} % of {len(every_endpoint)} endpoints visited"
            + (f"; missed: {', '.join(missed)}" if missed else "")
        )

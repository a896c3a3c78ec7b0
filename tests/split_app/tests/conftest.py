"""A club of its own for each test."""

import pytest
from club import create_app, db


@pytest.fixture
def app(tmp_path):
    app = create_app({"TESTING": True, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path}/club.db"})
    with app.app_context():
        db.create_all()
    return app


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def ada(client):
    """Somebody who has joined."""
    client.post("/members/", data={"name": "Ada"})
    return client

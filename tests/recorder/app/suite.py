"""A test that listens to requests."""

from notes import app


def listening(response):
    """Note that an answer was given."""
    return response


def test_notes():
    app.after_request(listening)
    assert app.test_client().get("/never").status_code == 200

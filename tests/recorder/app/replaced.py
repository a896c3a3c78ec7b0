"""Asks for notes as tests do that put something of their own in the place of the application's."""

import os
from unittest import mock

import notes
import pytest


def ask(text):
    """Post a note."""
    notes.app.test_client().post("/notes", data={"text": text})


@mock.patch("uuid.uuid4")
def decorated(made):
    made.return_value.hex = "0"
    ask("decorated")


def started():
    patch = mock.patch.object(notes.uuid, "uuid4", **{"return_value.hex": "0"})
    patch.start()
    ask("started")
    patch.stop()


if __name__ == "__main__":
    notes.connect().close()
    ask("plain")
    decorated()
    started()
    with mock.patch.multiple(notes, connect=notes.connect), mock.patch.dict(notes.app.config):
        ask("several")
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(notes, "jsonify", notes.jsonify)
        monkeypatch.setenv("NOTES_LANGUAGE", "nl")
        monkeypatch.setattr(notes.app, "response_class", notes.app.response_class)
        monkeypatch.setattr(pytest.MonkeyPatch, "undo", pytest.MonkeyPatch.undo)
        ask("monkey")
    ask(os.environ.get("NOTES_LANGUAGE", "plain again"))

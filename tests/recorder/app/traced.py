"""Asks for a note while something else traces the program, as measuring its coverage does."""

import sys

import notes


def tracer(frame, event, argument):
    """Follow nothing."""


if __name__ == "__main__":
    notes.connect().close()
    sys.settrace(tracer)
    notes.app.test_client().post("/notes", data={"text": "one"})
    assert sys.gettrace() is tracer

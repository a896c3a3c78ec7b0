"""Asks for a note after a test has given the application something of its own, for good."""

import formats
import notes
from tests.loud import Loud

if __name__ == "__main__":
    formats.known.given["loud"] = [Loud()]
    formats.known.given["by name"] = "tests.loud.Quiet"
    notes.app.test_client().post("/notes", data={"text": "kept"})

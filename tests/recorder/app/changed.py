"""Changes rows behind the application's back: a value's type only, then the whole file."""

from pathlib import Path

import notes


def ask():
    """Post a note."""
    notes.app.test_client().post("/notes", data={"text": "one"})


if __name__ == "__main__":
    connection = notes.connect()
    with connection:
        connection.execute("CREATE TABLE marks (id INTEGER PRIMARY KEY, value)")
        connection.execute("INSERT INTO marks (value) VALUES (1)")
    ask()
    with connection:
        connection.execute("UPDATE marks SET value = 1.0")
    ask()
    connection.close()
    Path(notes.app.config["DATABASE"]).unlink()
    ask()

"""An application that a clock, chance, a signal and a database show in."""

import datetime
import os
import sqlite3
import uuid

from flask import Flask, jsonify, request

app = Flask(__name__)
app.config.update(DATABASE=os.environ["NOTES_DATABASE"])


def connect():
    """Return the database, with its table."""
    connection = sqlite3.connect(app.config["DATABASE"])
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)")
    return connection


@app.route("/notes", methods=["POST"])
def add():
    """Keep a note; say when, and give it a key."""
    connection = connect()
    with connection:
        connection.execute("INSERT INTO notes (text) VALUES (?)", (request.form["text"],))
    connection.close()
    return jsonify(at=datetime.datetime.now().isoformat(), key=uuid.uuid4().hex)


@app.route("/notes/<int:number>/more", methods=["POST"])
def more(number):
    """Read a note, and write it longer."""
    connection = connect()
    ((text,),) = connection.execute("SELECT text FROM notes WHERE id = ?", (number,)).fetchall()
    with connection:
        connection.execute("UPDATE notes SET text = ? WHERE id = ?", (text + "!", number))
    connection.close()
    return text


@app.route("/never")
def never():
    """Answer nobody."""
    return ""


if __name__ == "__main__":
    connect().close()
    app.test_client().post("/notes", data={"text": "one"})

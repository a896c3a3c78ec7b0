"""Asks for a note in each way in which a test client takes a query."""

import notes

if __name__ == "__main__":
    client = notes.app.test_client()
    client.post("/notes?q=a%2Fb", data={"text": "one"})
    client.post("/notes", query_string={"q": "a b"}, data={"text": "two"})
    client.post("/notes", data={"text": "three"})

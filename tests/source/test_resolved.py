"""A model is resolved anew exactly when something besides lines has changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decompose.domain.facts import ModuleFacts
from decompose.domain.model import SystemModel
from decompose.domain.source import SourceTree
from decompose.pipeline import Options, analyze
from decompose.source import FactsCache
from decompose.wiring.built_in import built_in
from fakes.parts import Quiet, write_tree

APP = """\
import functools
from flask import Flask, render_template
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
db = SQLAlchemy(app)
seen = {}


class Order(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    buyer_id = db.Column(db.ForeignKey("buyer.id"))
    buyer = db.relationship("Buyer")


class Buyer(db.Model):
    id = db.Column(db.Integer, primary_key=True)


@functools.cache
def total(order):
    key = lambda item: (lambda: item)
    return sum(order, key)


@app.route("/buy/<int:buyer>", methods=["POST"])
def buy(buyer):
    seen[buyer] = True
    try:
        db.session.add(
            Order(buyer_id=buyer)
        )
        db.session.commit()
    except Exception:
        db.session.execute("UPDATE orders SET id = 1")
        db.session.commit()
    return render_template("order.html", order=total(Order.query.all()))
"""
SIGNALS = """\
from blinker import Signal

sent = Signal()


@sent.connect
def on_sent(sender):
    return sender
"""
FILES: dict[str, str | bytes] = {
    "app.py": APP,
    "signals.py": SIGNALS,
    "templates/order.html": "{% for one in order %}\n{{ one.buyer.id }}\n{% endfor %}\n",
}
LINES = len(APP.splitlines())


class Counting:
    """Resolves a shop in a folder, with a cache beside it, and counts how often it had to."""

    def __init__(self, folder: Path) -> None:
        """The shop resolved once."""
        self.root, self.cache = folder / "shop", FactsCache(folder=folder / "cache")
        self.resolved = 0
        self._toolkit = built_in().toolkit
        write_tree(self.root, FILES)
        self.model(self.cache)

    def _resolve(self, tree: SourceTree, facts: tuple[ModuleFacts, ...]) -> SystemModel:
        self.resolved += 1
        return self._toolkit.resolve(tree, facts)

    def model(self, cache: FactsCache | None = None) -> SystemModel:
        """The model of the tree as it is now."""
        toolkit = replace(self._toolkit, resolve=self._resolve)
        return analyze(self.root, toolkit, Options(cache=cache), Quiet()).model

    def write(self, name: str, text: str) -> None:
        """Another content of one file."""
        (self.root / name).write_text(text)


@contextmanager
def shop() -> Iterator[Counting]:
    """A shop in a folder that goes away."""
    with TemporaryDirectory() as folder:
        yield Counting(Path(folder))


@settings(max_examples=25, deadline=None)
@given(places=st.lists(st.integers(1, LINES), max_size=6), blank=st.booleans())
def test_lines_that_say_nothing(places: list[int], *, blank: bool) -> None:
    """Comments and empty lines below the first give a cold run's model, without resolving."""
    text = APP.splitlines()
    for place in sorted(places, reverse=True):
        text.insert(place, "" if blank else "# nothing")
    with shop() as counting:
        counting.write("app.py", "\n".join(text) + "\n")
        assert counting.model(counting.cache) == counting.model()
        assert counting.resolved == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("app.py", APP.replace("buyer_id=buyer", "buyer_id=1")),
        ("app.py", APP.replace("def buy(buyer):\n", "def buy(buyer): ")),
        ("app.py", APP + "\nlast = buy\n"),
        ("signals.py", "\n" + SIGNALS),
        ("signals.py", ""),
        ("requirements.txt", "flask\n"),
        ("templates/order.html", "{{ order.buyer }}\n"),
    ],
)
def test_what_says_something(tmp_path: Path, name: str, text: str) -> None:
    """Whatever else changes is resolved anew: so is what tells of a line in words."""
    counting = Counting(tmp_path)
    counting.write(name, text)
    assert counting.model(counting.cache) == counting.model()
    assert counting.resolved == 3


def test_definitions_that_looked_alike(tmp_path: Path) -> None:
    """Two definitions on one line that end on different ones later are told apart."""
    counting = Counting(tmp_path)
    counting.write("signals.py", "a = [lambda x: (lambda: x)]\n")
    counting.model(counting.cache)
    counting.write("signals.py", "a = [lambda x: (lambda: x\n)]\n")
    assert counting.model(counting.cache) == counting.model()


@pytest.mark.parametrize("content", [b"", b"decompose model\n", b"decompose facts\n"])
def test_damaged(tmp_path: Path, content: bytes) -> None:
    """A model that can't be read back is made anew."""
    counting = Counting(tmp_path)
    (counting.cache.folder / "model.bin").write_bytes(content)
    assert counting.model(counting.cache) == counting.model()
    assert counting.resolved == 3

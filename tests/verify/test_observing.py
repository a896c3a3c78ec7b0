"""A tape is joined to the model of the code: what ran, what nobody asked, what the code hides."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from decompose.domain.model import Mode, ReferenceKind, SystemModel
from decompose.errors import UserError
from decompose.source import discover
from decompose.verify.observing import observe
from decompose.verify.record import code_digest
from models import model_of
from verify.club import decompose

APP = """\
import os
from importlib import import_module

from flask import Flask
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Order(db.Model):
    __tablename__ = "orders"
    id = db.Column(db.Integer, primary_key=True)


class Product(db.Model):
    __tablename__ = "products"
    id = db.Column(db.Integer, primary_key=True)


app = Flask(__name__)


@app.get("/orders")
def orders():
    exporter = getattr(import_module(os.environ["EXPORTER"]), os.environ["EXPORT"])
    return exporter(Order.query.all())


@app.get("/never")
def never():
    return "nobody asks for this"


if app.debug:

    @app.get("/debug")
    def debug():
        return "only sometimes"
"""
EXPORTERS = "def export_csv(rows):\n    return [row.id for row in rows]\n"
VIEW, EXPORT = "shop.orders", "shop.exporters.export_csv"


def asked(**values: object) -> dict[str, object]:
    """A request of `orders` that used the exporter and two tables, as a tape has it."""
    usual: dict[str, object] = {
        "event": "request", "step": 1, "now": 1.0, "seed": "a", "method": "GET",
        "target": "/orders", "scheme": "http", "headers": [], "body": "", "endpoint": "orders",
        "status": 200, "answer_headers": [], "answer": "", "raised": None, "rows": [],
        "messages": [],
        "statements": [
            [0, "SELECT orders.id FROM orders", 1],
            [1, "INSERT INTO products (id) VALUES (?)", 1],
            [1, "UPDATE orders SET id = ?", 1],
            [1, "INSERT INTO audit_log (text) VALUES (?)", 1],
        ],
        "definitions": [
            ["shop/__init__.py", 23, "orders", "", 0, ""],
            ["shop/exporters.py", 1, "export_csv", "shop/__init__.py", 23, "orders"],
            ["shop/exporters.py", 2, "export_csv.<locals>.<listcomp>",
             "shop/exporters.py", 1, "export_csv"],
        ],
    }  # fmt: skip
    return {**usual, **values}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A monolith that chooses code at run time."""
    (tmp_path / "code" / "shop").mkdir(parents=True)
    (tmp_path / "code" / "shop" / "__init__.py").write_text(APP)
    (tmp_path / "code" / "shop" / "exporters.py").write_text(EXPORTERS)
    return tmp_path / "code"


def observed(shop: Path, *requests: dict[str, object], code: str | None = None) -> SystemModel:
    """The model of the shop, with a tape of these requests."""
    tree = discover(shop)
    digest = code_digest(tree) if code is None else code
    running = ["never", "orders", "static", "toolbar"]
    events = [
        {"event": "tape", "format": 1, "tool": "", "code": digest},
        {"event": "application", "config": {}, "endpoints": running},
        *requests,
    ]
    tape = shop.parent / "shop.tape"
    tape.write_text("".join(json.dumps(event) + "\n" for event in events))
    return observe(model_of(shop), tree, tape)


def findings(model: SystemModel) -> dict[str, set[str]]:
    """The places of each code that the tape's findings have."""
    found: dict[str, set[str]] = {}
    for finding in model.findings:
        if finding.code.startswith(("trace-", "tape-")):
            found.setdefault(finding.code, set()).add(str(finding.location))
    return found


def test_coverage(shop: Path) -> None:
    """Requests, accesses and transactions stand by endpoint; what nobody asked for is named."""
    seen = observed(shop, asked(), asked(step=2)).observed
    assert seen is not None
    assert (seen.requests, [e.name for e in seen.asked]) == (2, ["orders"])
    assert seen.unseen == ("debug", "never", "static", "toolbar")
    (orders,) = seen.asked
    assert (orders.reads, orders.writes) == (("orders",), ("audit_log", "orders", "products"))
    assert orders.transactions == (("audit_log", "orders", "products"),)
    assert (seen.accesses, seen.confirmed) == (1, 1)


def test_dynamic_code(shop: Path) -> None:
    """A call of code that nothing names becomes a call of the model, at its caller's line."""
    before = model_of(shop)
    assert not [r for r in before.references if r.target == EXPORT]
    model = observed(shop, asked())
    (call,) = [r for r in model.references if r.target == EXPORT]
    assert (call.source, call.kind, call.location.path) == (
        VIEW,
        ReferenceKind.CALL,
        "shop/__init__.py",
    )
    assert findings(model)["trace-missed-call"] == {str(call.location)}


def test_split_of_what_a_tape_shows(shop: Path) -> None:
    """`scaffold --trace` takes along what only the tape leads to; `explain --trace` knows it."""
    observed(shop, asked())
    tape = ("--trace", shop.parent / "shop.tape")
    written = {}
    for name, words in (("without", ()), ("with", tape)):
        out = shop.parent / name
        done = decompose("scaffold", shop, "--output", out, "--no-history", "--no-cache", *words)
        assert done.returncode == 0, done.stderr
        (slice_,) = (out / "services").iterdir()
        written[name] = (slice_ / "shop" / "exporters.py").exists()
    assert written == {"without": False, "with": True}
    told = decompose("explain", EXPORT, shop, "--no-history", "--no-cache", *tape)
    assert VIEW in told.stdout, told.stdout


def test_accesses_that_the_code_hides(shop: Path) -> None:
    """An access that only the tape shows becomes the handler's, and is told with its line."""
    model = observed(shop, asked())
    (endpoint,) = [e for e in model.endpoints if e.name == "orders"]
    added = {(e.table, e.mode) for e in endpoint.effects if e.how == "trace"}
    assert added == {("orders", Mode.WRITE), ("products", Mode.WRITE)}
    assert {e.path for e in endpoint.effects if e.how == "trace"} == {(VIEW,)}
    assert len(findings(model)["trace-missed-access"]) == 1


def test_disagreements(shop: Path) -> None:
    """Endpoints and tables that only one of the two has are findings."""
    found = findings(observed(shop, asked()))
    assert set(found) == {
        "trace-missed-access",
        "trace-missed-call",
        "trace-missing-endpoint",
        "trace-unknown-endpoint",
        "trace-unknown-table",
    }
    quiet = findings(observed(shop, asked(statements=[], definitions=[])))
    assert set(quiet) == {"trace-missing-endpoint", "trace-unknown-endpoint"}


def test_tape_of_other_code(shop: Path) -> None:
    """A tape of another version of the code is told."""
    assert "tape-of-other-code" in findings(observed(shop, asked(), code="another"))
    assert "tape-of-other-code" not in findings(observed(shop, asked()))


def test_no_tape(shop: Path) -> None:
    """What is no tape is refused."""
    (shop.parent / "other").write_text("{}")
    with pytest.raises(UserError, match="is no tape"):
        observe(model_of(shop), discover(shop), shop.parent / "other")

"""What a boundary file may say, and how it is told what it may not."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decompose.domain.boundary import Boundary, Pin
from decompose.domain.partition import Partition, Placement, Service, TableOwner
from decompose.domain.source import SourceTree
from decompose.errors import UserError
from decompose.ports import afresh
from decompose.source import find_boundary, load_boundary, starter_text
from fakes.parts import divide, resolve

FULL = """\
services = 3
ignore = ["legacy/"]
must-link = [["shop.cart", "shop.orders"]]
cannot-link = [["shop.a", "shop.b", "shop.c"]]
[pins]
"shop.mail.*" = "notifications"
shop.cart = "orders"
[names]
s1 = "Orders"
[owners]
orders = "s1"
[seams]
x7 = "replica"
"""


def load(folder: Path, text: str) -> Boundary:
    """The boundary of a file with this text."""
    path = folder / "decompose.toml"
    path.write_text(text, encoding="utf-8")
    return load_boundary(path)


def test_every_key(tmp_path: Path) -> None:
    """Every key is read, and a dotted name may stand without quotes."""
    assert load(tmp_path, FULL) == Boundary(
        services=3,
        ignore=("legacy/",),
        must_link=(("shop.cart", "shop.orders"),),
        cannot_link=(("shop.a", "shop.b", "shop.c"),),
        pins=(
            Pin(name="shop.mail.*", service="notifications"),
            Pin(name="shop.cart", service="orders"),
        ),
        names=(("s1", "Orders"),),
        owners=(("orders", "s1"),),
        seams=(("x7", "replica"),),
    )


def test_empty(tmp_path: Path) -> None:
    """An empty file decides nothing."""
    assert load(tmp_path, "") == Boundary()


@pytest.mark.parametrize(
    ("text", "line", "message", "hint"),
    [
        ("\nservice = 3", 2, "`service` is no key", "`services`"),
        ("must_link = []", 1, "`must_link` is no key", "`must-link`"),
        ("zebra = 1", 1, "`zebra` is no key", "Known keys"),
        ("services = 0", 1, "`services` is 0", "from 1"),
        ('services = "three"', 1, "`services` is text", "whole number"),
        ("services = true", 1, "true or false", "whole number"),
        ('ignore = "legacy"', 1, "not a list", "ignore = "),
        ("ignore = [1]", 1, "is a number", "quotes"),
        ('must-link = ["a", "b"]', 1, "holds text", "must-link = [["),
        ('must-link = [["a"]]', 1, "two names", "must-link = [["),
        ('cannot-link = [["a", "a"]]', 1, "two names", "cannot-link"),
        ("pins = 3", 1, "not a table", "[pins]"),
        ('[pins]\na = "s"\nb = 3', 3, "`b` in [pins] is a number", "quotes"),
        ('[names]\na = ""', 2, "is empty", "name"),
        ('[names]\na = "X"\nb = "X"', 3, "both named `X`", "its own"),
        ("[owners]\nt = 2020-01-01", 2, "a date", "quotes"),
    ],
)
def test_mistakes(tmp_path: Path, text: str, line: int, message: str, hint: str) -> None:
    """A mistake is told with file, line, cause and next step."""
    with pytest.raises(UserError) as caught:
        load(tmp_path, text)
    assert caught.value.message.startswith(f"{tmp_path / 'decompose.toml'}:{line}: ")
    assert message in caught.value.message
    assert hint in caught.value.hint


@pytest.mark.parametrize("content", [b"services = ", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_no_toml(tmp_path: Path, content: bytes) -> None:
    """A file that is no TOML is refused with its name."""
    path = tmp_path / "decompose.toml"
    path.write_bytes(content)
    with pytest.raises(UserError) as caught:
        load_boundary(path)
    assert str(path) in caught.value.message


def test_missing(tmp_path: Path) -> None:
    """A boundary file that was named has to be there; one that was not is looked for."""
    assert find_boundary(tmp_path) is None
    with pytest.raises(UserError, match="can't be read"):
        load_boundary(tmp_path / "decompose.toml")


def partition(name: str) -> Partition:
    """One service, placement and table with this name everywhere."""
    return Partition(
        services=(
            Service(
                id=name, name=name, description="", endpoints=(), tables=(), definitions=(), lines=0
            ),
        ),
        placements=(
            Placement(definition=name, service=name, confidence=0.5, runner_up="", reason=""),
        ),
        owners=(TableOwner(table=name, owner=name, writers=(), readers=()),),
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_starter_is_inert(name: str) -> None:
    """Any name makes a starter that is TOML, and taken over line by line stays TOML."""
    text = starter_text(partition(name))
    assert tomllib.loads(text)["names"] == {name: name}
    pin = next(line for line in text.split("\n") if line.startswith('# "'))
    assert tomllib.loads(pin.removeprefix("# ")) == {name: name}


def test_starter_loads(tmp_path: Path) -> None:
    """A starter that nobody edited decides nothing but the names."""
    model = resolve(SourceTree(root="", name="shop", files=()), ())
    found = divide(model, (), Boundary(), "", afresh).partition
    assert load(tmp_path, starter_text(found)) == Boundary(names=(("all", 'the "whole" shop'),))

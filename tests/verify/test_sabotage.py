"""What is broken on purpose is caught: each case spoils one thing in a really recorded step."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from decompose.domain.verification import Mismatch
from decompose.verify.compare import Unsteadiness, compare_answers
from decompose.verify.places import Answer
from decompose.verify.rows import State, compare_rows
from verify.steps import (
    ADD,
    ALL,
    CHECKOUT,
    CSV,
    DONE,
    INVOICE,
    LOGIN,
    ORDER,
    PICTURE,
    REFUSED,
    SEARCH,
    answer,
    rows,
    shapes,
)

SpoilAnswer = Callable[[Answer], Answer]
SpoilRows = Callable[[State], None]


def status(value: int) -> SpoilAnswer:
    return lambda found: replace(found, status=value)


def header(name: str, value: str | None) -> SpoilAnswer:
    """Give a header another value, or take it away."""

    def spoil(found: Answer) -> Answer:
        assert any(key == name for key, _ in found.headers), f"there is no {name} to spoil"
        others = [(key, old) for key, old in found.headers if key != name]
        return replace(found, headers=(*others, *([] if value is None else [(name, value)])))

    return spoil


def more(name: str, value: str) -> SpoilAnswer:
    """Add a header."""
    return lambda found: replace(found, headers=(*found.headers, (name, value)))


def in_header(name: str, old: str, new: str) -> SpoilAnswer:
    def spoil(found: Answer) -> Answer:
        value = found.header(name)
        assert old in value
        return header(name, value.replace(old, new, 1))(found)

    return spoil


def text(old: str, new: str) -> SpoilAnswer:
    """Replace a piece of the body once."""

    def spoil(found: Answer) -> Answer:
        assert old.encode() in found.body
        return replace(found, body=found.body.replace(old.encode(), new.encode(), 1))

    return spoil


def field(change: Callable[[dict[str, object]], object]) -> SpoilAnswer:
    """Change the JSON value of the body."""

    def spoil(found: Answer) -> Answer:
        value = json.loads(found.body)
        change(value)
        return replace(found, body=json.dumps(value).encode())

    return spoil


def swap(value: dict[str, object], one: str, other: str) -> None:
    value[one], value[other] = value[other], value[one]


ANSWERS: dict[str, tuple[int, SpoilAnswer]] = {
    "another status of success": (CHECKOUT, status(200)),
    "an error instead of an answer": (ORDER, status(503)),
    "a refusal let through": (REFUSED, status(200)),
    "a permanent redirect": (LOGIN, status(301)),
    "a redirect elsewhere": (LOGIN, header("location", "/account/")),
    "an absolute redirect": (LOGIN, header("location", "http://10.0.0.1:8101/orders/")),
    "no redirect's target": (LOGIN, header("location", None)),
    "a lost security header": (DONE, header("x-frame-options", None)),
    "a weaker security header": (DONE, header("x-frame-options", "SAMEORIGIN")),
    "a page that caches may keep": (DONE, header("cache-control", "public, max-age=60")),
    "a page that varies no more": (DONE, header("vary", None)),
    "another type": (SEARCH, header("content-type", "text/json")),
    "another charset": (DONE, header("content-type", "text/html; charset=latin-1")),
    "a download shown inline": (CSV, header("content-disposition", "inline")),
    "a header too many": (ORDER, more("x-powered-by", "split")),
    "an answer from the past": (ORDER, more("x-data-stale", "orders;age=3.0")),
    "a header twice": (ORDER, more("x-frame-options", "DENY")),
    "no cookie": (LOGIN, header("set-cookie", None)),
    "a cookie that scripts can read": (LOGIN, in_header("set-cookie", "; HttpOnly", "")),
    "a cookie for one path": (LOGIN, in_header("set-cookie", "Path=/", "Path=/account")),
    "a cookie for another host": (LOGIN, more("set-cookie", "session=x; Domain=example.com")),
    "a cookie of another name": (REFUSED, in_header("set-cookie", "session=", "sessions=")),
    "a cookie signed with another key": (REFUSED, in_header("set-cookie", "oimHod", "oimHoe")),
    "a cookie that expires": (
        LOGIN,
        in_header("set-cookie", "; HttpOnly", "; HttpOnly; Max-Age=9"),
    ),
    "a second cookie": (ADD, more("set-cookie", "tracking=1; Path=/")),
    "a changed amount": (ORDER, text("2500", "2501")),
    "a rounding": (SEARCH, text('"average":0,', '"average":0.0,')),
    "a number as text": (ORDER, text('"quantity":2', '"quantity":"2"')),
    "a number as truth": (ORDER, text('"discount_cents":0', '"discount_cents":false')),
    "nothing instead of nought": (ORDER, text('"discount_cents":0', '"discount_cents":null')),
    "a swapped field": (ORDER, field(lambda v: swap(v, "discount_cents", "total_cents"))),
    "a lost field": (ORDER, field(lambda v: v.pop("history"))),
    "a field too many": (ORDER, field(lambda v: v.update(note=None))),
    "a lost item": (SEARCH, field(lambda v: v["items"].pop())),  # type: ignore[attr-defined]
    "an item twice": (SEARCH, field(lambda v: v["items"].append(v["items"][0]))),  # type: ignore[attr-defined, index]
    "an empty body": (SEARCH, lambda found: replace(found, body=b"")),
    "a body cut off": (ORDER, lambda found: replace(found, body=found.body[:-9])),
    "a doubled event": (ORDER, text('["pending"]', '["pending","pending"]')),
    "another picture": (PICTURE, lambda found: replace(found, body=found.body[::-1])),
    "a picture cut off": (PICTURE, lambda found: replace(found, body=found.body[:-1])),
    "a word on a page": (DONE, text("SO-000008", "SO-000009")),
    "a lost class": (DONE, text("class=", "data-class=")),
    "an element in place of another": (DONE, text("<main", "<section")),
    "a link elsewhere": (DONE, text('href="/', 'href="/x')),
    "a token of another session": (
        REFUSED,
        text('csrf-token" content="I', 'csrf-token" content="J'),
    ),
    "a space in the middle of a word": (DONE, text("Harbour", "Har bour")),
    "a line of text": (INVOICE, text("€ 20.00", "€ 20.01")),
    "columns of text that stand elsewhere": (INVOICE, text("   2  ", "  2   ")),
    "rows of a table in another order": (CSV, text("Category-395", "Category-402")),
    "a line twice": (CSV, text("Uncategorised", "Uncategorised\nUncategorised")),
}


def lose(table: str) -> SpoilRows:
    return lambda state: state[table].clear()


def lose_one(table: str) -> SpoilRows:
    def spoil(state: State) -> None:
        del state[table][next(iter(state[table]))]

    return spoil


def double(table: str) -> SpoilRows:
    def spoil(state: State) -> None:
        row = next(iter(state[table].values()))
        state[table][9999,] = row

    return spoil


def cell(table: str, column: str, value: object) -> SpoilRows:
    def spoil(state: State) -> None:
        place = shapes()[table].columns.index(column)
        key, row = next(iter(state[table].items()))
        assert row[place] != value or type(row[place]) is not type(value)
        state[table][key] = (*row[:place], value, *row[place + 1 :])

    return spoil


def renumber(table: str) -> SpoilRows:
    def spoil(state: State) -> None:
        key, row = state[table].popitem()
        state[table][key[0] + 1,] = row

    return spoil


ROWS: dict[str, SpoilRows] = {
    "an order not stored": lose("orders"),
    "a line not stored": lose_one("order_lines"),
    "an order with another number": renumber("orders"),
    "an event twice": double("order_events"),
    "a message twice": double("notifications"),
    "a message not sent": lose("notifications"),
    "a cart left open": cell("carts", "status", "OPEN"),
    "a wrong amount": cell("order_lines", "unit_price_cents", 1001),
    "an amount as a real number": cell("order_lines", "unit_price_cents", ("real", "1000.0")),
    "a quantity as text": cell("order_lines", "quantity", "4"),
    "nothing instead of a value": cell("orders", "country", None),
    "bytes instead of text": cell("orders", "number", b"SO-000001"),
    "a time off by a moment": cell("order_events", "created_at", "2026-11-25 22:17:21.037397"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_spoilt_answer(name: str) -> None:
    """An answer with one thing spoilt is not equal, and its place is named."""
    step, spoil = ANSWERS[name]
    expected = answer(step)
    found = compare_answers(expected, spoil(expected))
    assert found
    assert all(mismatch.expected != mismatch.actual for mismatch in found)


@pytest.mark.parametrize("name", ROWS)
def test_spoilt_rows(name: str) -> None:
    """Rows with one thing spoilt are not equal, and the table is named."""
    expected, actual = rows(CHECKOUT), rows(CHECKOUT)
    ROWS[name](actual)
    found = compare_rows(expected, actual, shapes(), expected)
    assert found
    assert all(mismatch.place.startswith("row ") for mismatch in found)


def test_enough_is_spoilt() -> None:
    """At least forty things are spoilt."""
    assert len(ANSWERS) + len(ROWS) >= 40


@pytest.mark.parametrize("step", ALL)
def test_equal(step: int) -> None:
    """An answer and rows are equal to themselves."""
    assert compare_answers(answer(step), answer(step)) == ()
    assert compare_rows(rows(step), rows(step), shapes(), rows(step)) == ()


def test_what_is_of_no_account() -> None:
    """Servers, dates, request ids, JSON's spaces and the order of its keys make no difference."""
    expected = answer(ORDER)
    value = json.loads(expected.body)
    other = replace(
        expected,
        headers=(*reversed(expected.headers), ("server", "gunicorn"), ("x-request-id", "1")),
        body=json.dumps(dict(reversed(value.items())), indent=1).encode(),
    )
    assert compare_answers(expected, other) == ()


def pem(line: str) -> str:
    return f"-----BEGIN KEY-----\\n{line * 12}\\n{line}=\\n-----END KEY-----"


class TestUnsteadiness:
    """What the monolith does otherwise from run to run."""

    def _left(self, first: Answer, second: Answer, split: Answer) -> list[str]:
        """The places of `split` that two runs of the monolith don't explain."""
        unsteadiness = Unsteadiness()
        unsteadiness.learn("page", compare_answers(first, second))
        found = unsteadiness.unexplained("page", compare_answers(first, split))
        return [mismatch.place for mismatch in found]

    def _tagged(self, value: str, vary: str = "cookie") -> Answer:
        return Answer(status=200, headers=(("etag", value), ("vary", vary)), body=b"")

    @pytest.mark.parametrize(
        ("values", "passes"),
        [
            (("2026-01-01 10:00", "2026-01-01 10:01", "2026-01-02 11:59"), True),
            (("Wed, 25 Nov 2026", "Thu, 26 Nov 2026", "Tue, 01 Dec 2026"), True),
            (("a1b2c3d4e5", "f6a7b8c9d0", "00ff11ee22"), True),
            (tuple(map(pem, ("a+b/1", "/b2+c", "1c3d4"))), True),
            (tuple(map(pem, ("a+b/1", "/b2+c", "1c3d"))), False),
            (("/a/1b2c3d4e", "/b/2c3d4e5f", "_b_2c3d4e5f"), False),
            (("2026-01-01 10:00", "2026-01-01 10:01", "yesterday"), False),
            (("a1b2c3d4e5", "f6a7b8c9d0", ""), False),
            (("today", "1 day ago", "never"), False),
        ],
    )
    def test_shape(self, values: tuple[str, str, str], passes: bool) -> None:
        """A value that the monolith could have given passes; one of another shape does not."""
        assert (self._left(*map(self._tagged, values)) == []) is passes

    def test_shape_of_the_step(self) -> None:
        """Where a place is open, what the monolith gives at the step itself is a shape too."""
        unsteadiness = Unsteadiness()
        unsteadiness.learn("page", compare_answers(self._tagged("key 1"), self._tagged("key 2")))
        for split, passes in (("number 7", True), ("key 7", True), ("letter 7", False)):
            found = compare_answers(self._tagged("number 3"), self._tagged(split))
            assert (not unsteadiness.unexplained("page", found)) is passes

    def test_another_place(self) -> None:
        """Other places of the same answer, and the same place of other endpoints, stay strict."""
        one, two, three = self._tagged("1"), self._tagged("2"), self._tagged("3", "accept")
        assert self._left(one, two, three) == ["header vary"]
        unsteadiness = Unsteadiness()
        unsteadiness.learn("other", compare_answers(one, two))
        found = compare_answers(one, three)
        assert unsteadiness.unexplained("page", found) == found

    def test_rows_under_random_keys(self) -> None:
        """A row under another key passes; a row that is lost, or there twice, does not."""
        run = {key: {"orders": {(key,): rows(CHECKOUT)["orders"][1,]}} for key in range(5)}
        unsteadiness = Unsteadiness()

        def compare(one: State, other: State) -> tuple[Mismatch, ...]:
            return compare_rows(one, other, shapes(), ["orders"])

        unsteadiness.learn("page", compare(run[0], run[1]))
        assert not unsteadiness.unexplained("page", compare(run[0], run[2]))
        assert unsteadiness.unexplained("page", compare(run[0], {}))
        both = {"orders": {**run[2]["orders"], **run[3]["orders"]}}
        assert unsteadiness.unexplained("page", compare(run[0], both))

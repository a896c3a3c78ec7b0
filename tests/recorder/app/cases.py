"""Definitions of every kind, all of which one request runs, and what Python tells of them."""

from __future__ import annotations

import asyncio
import functools
import inspect
import traceback

from flask import Flask, jsonify, render_template

app = Flask(__name__)
count = 0


def decorator(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


@decorator
@decorator
def decorated(
    value,
):
    """Say so."""
    return value


def documented():
    """Do nothing."""


def one_line(): return 1  # fmt: skip


def counting():
    global count  # noqa: PLW0603 - a case
    count += 1

    def inner():
        nonlocal_value = 1

        def innermost():
            nonlocal nonlocal_value
            nonlocal_value += 1
            return nonlocal_value

        return innermost()

    return inner()


def generated():
    for number in range(2):  # noqa: UP028 - a case
        yield number
    yield from (value for value in [2])


async def awaited():
    async def each():
        yield 1

    return [one async for one in each()] + [await waited()]


async def waited():
    return await asyncio.sleep(0, 2)


class Spoken(type):
    """Looks every name up in its own way."""

    class Names(dict):
        """Has every name but those of decorators."""

        def __missing__(self, name):
            if name in ("property", "staticmethod"):
                raise KeyError(name)
            return name

    @classmethod
    def __prepare__(cls, name, bases):
        return Spoken.Names()


def classes():
    class Plain:
        """Has few attributes."""

        __slots__ = ("__hidden",)

        def __init__(self):
            self.__hidden = 1

        @property
        def hidden(self):
            return self.__hidden

        @staticmethod
        def called(): return lambda: [Plain().hidden for _ in range(2)]  # fmt: skip

    class Named(metaclass=Spoken):
        given = unknown  # noqa: F821

    return Plain.called()(), Named.given


if count == 0:

    def conditional(other: int = 3) -> [lambda: 1]:
        return sorted([2, 1], key=lambda one: (one, other))
else:

    def conditional():
        return None


def failing():
    return 1 / 0


def failure():
    try:
        failing()
    except ZeroDivisionError as error:
        return [(frame.name, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]


@app.route("/")
def view():
    seen = [decorated, documented, one_line, counting, generated, classes, conditional]
    return jsonify(
        values=[decorated(1), documented(), one_line(), counting(), list(generated())],
        classes=classes(),
        more=[conditional(), asyncio.new_event_loop().run_until_complete(awaited())],
        failure=failure(),
        page=render_template("greeting.html"),
        told=[[f.__doc__, inspect.getsource(f), str(f.__annotations__)] for f in seen],
        firsts=[inspect.unwrap(f).__code__.co_firstlineno for f in seen],
        names=sorted(name for name in globals() if "decompose" in name),
    )


def ask():
    app.test_client().get("/")


if __name__ == "__main__":
    ask()

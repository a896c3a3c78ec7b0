"""A small monolith and the services it splits into: one file, which rules it has is its setting.

`gunicorn backends:app` with SERVICE set answers as this service, else as the whole monolith.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, Response, jsonify, redirect, request, url_for
from werkzeug.routing import BaseConverter

EVERY = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def home() -> str:
    """Answer with a page that links to the other services."""
    return "<a href='{}'>orders</a>".format(url_for("order", number=1, _external=True))


def echo(rest: str = "") -> Response:
    """Answer with everything that is known of the request."""
    data = request.get_data()
    return jsonify(
        method=request.method,
        target=request.environ["RAW_URI"],
        rest=rest,
        headers=list(request.headers),
        length=len(data),
        sha=hashlib.sha256(data).hexdigest(),
        service=os.environ.get("SERVICE") or "monolith",
        pid=os.getpid(),
        secure=request.is_secure,
        peer=request.environ.get("REMOTE_PORT"),
    )


def form() -> Response:
    """Answer with the fields and files of a form."""
    files = {name: len(file.read()) for name, file in request.files.items()}
    return jsonify(fields=request.form, files=files)


def upload() -> Response:
    """Count the body as it comes, with the time of its first and last piece."""
    digest, length, times = hashlib.sha256(), 0, []
    while piece := request.stream.read(65536):
        digest.update(piece)
        length += len(piece)
        times.append(time.monotonic())
    spread = times[-1] - times[0] if times else 0.0
    return jsonify(length=length, sha=digest.hexdigest(), spread=spread)


def download(length: int) -> Response:
    """Send so many bytes without saying how many."""
    return Response(pieces(length), mimetype="application/octet-stream")


def sized(length: int) -> Response:
    """Send so many bytes and say how many."""
    headers = {"Content-Length": str(length), "Accept-Ranges": "bytes"}
    return Response(pieces(length), headers=headers, mimetype="application/octet-stream")


def pieces(length: int) -> Iterator[bytes]:
    """Yield bytes, a bit at a time."""
    piece = bytes(65536)
    for start in range(0, length, len(piece)):
        yield piece[: length - start]


def drip() -> Response:
    """Send a line every fifth of a second."""

    def lines() -> Iterator[str]:
        for number in range(4):
            yield f"data: {number}\n\n"
            time.sleep(0.2)

    return Response(lines(), mimetype="text/event-stream")


def slow(seconds: float) -> str:
    """Answer after a while."""
    time.sleep(seconds)
    return "at last"


def die() -> Response:
    """Send a bit, then end the process."""

    def half() -> Iterator[bytes]:
        yield b"x" * 100_000
        time.sleep(0.2)
        os._exit(1)

    return Response(half(), headers={"Content-Length": "1000000"})


def go(how: str) -> Any:
    """Redirect, relative or absolute or with odd characters."""
    places = {
        "relative": "/items/",
        "absolute": url_for("items", _external=True),
        "elsewhere": "https://example.org/a?b=c",
        "odd": "/items/?q=%2f%C3%A9|x",
    }
    return redirect(places[how])


def cookies() -> Response:
    """Set two cookies, and tell those that came."""
    response = jsonify(request.cookies)
    response.set_cookie("first", "1", path="/", httponly=True)
    response.set_cookie("second", "2; a=b", max_age=60, samesite="Lax")
    return response


def items() -> str:
    """Answer a listing."""
    return "items"


def order(number: int) -> Any:
    """Answer one order, with a validator."""
    response = jsonify(number=number, service=os.environ.get("SERVICE") or "monolith")
    response.add_etag()
    return response.make_conditional(request)


def orders() -> Any:
    """Make an order."""
    return jsonify(request.get_json()), 201


def lines(both: str) -> str:
    """Answer what a converter of one's own matched."""
    return both


def fail() -> None:
    """Break."""
    raise ValueError("broken on purpose")


def empty() -> Any:
    """Answer nothing."""
    return "", 204


def options() -> Any:
    """Answer OPTIONS by hand."""
    return "by hand", 200, {"Access-Control-Allow-Origin": "*"}


# rule, methods, endpoint, service
RULES: list[tuple[str, list[str], Any, str]] = [
    ("/", ["GET"], home, "shop"),
    ("/items/", ["GET"], items, "shop"),
    ("/echo", EVERY, echo, "shop"),
    ("/echo/<path:rest>", EVERY, echo, "shop"),
    ("/form", ["POST"], form, "shop"),
    ("/upload", ["POST", "PUT"], upload, "shop"),
    ("/download/<int:length>", ["GET"], download, "shop"),
    ("/sized/<int:length>", ["GET"], sized, "shop"),
    ("/drip", ["GET"], drip, "shop"),
    ("/slow/<float:seconds>", ["GET", "POST"], slow, "shop"),
    ("/cookies", ["GET"], cookies, "shop"),
    ("/go/<how>", ["GET"], go, "shop"),
    ("/fail", ["GET"], fail, "shop"),
    ("/empty", ["GET", "DELETE"], empty, "shop"),
    ("/cors", ["OPTIONS"], options, "shop"),
    ("/orders/<int:number>", ["GET"], order, "orders"),
    ("/orders/<int:number>/", ["DELETE"], order, "orders"),
    ("/orders/<pair:both>/lines", ["GET"], lines, "orders"),
    ("/orders", ["GET"], items, "shop"),
    ("/orders", ["POST"], orders, "orders"),
    ("/orders/die", ["GET"], die, "orders"),
    ("/internal-news", ["GET"], items, "shop"),
]


def methods_of(methods: list[str]) -> list[str]:
    """Return the methods that Flask has for a rule."""
    return sorted({*methods, "OPTIONS", *(["HEAD"] if "GET" in methods else [])})


def routes() -> list[dict[str, object]]:
    """Return the rules as a routing table has them."""
    return [
        {"rule": rule, "methods": methods_of(methods), "endpoint": name(rule, view), "service": at}
        for rule, methods, view, at in RULES
    ]


def name(rule: str, view: Any) -> str:
    """Return the name of a rule's endpoint: one each, so that `url_for` has no choice."""
    first = next(other for other, _, function, _ in RULES if function is view)
    return view.__name__ if rule == first else f"{view.__name__}:{rule}"


def create_app(service: str) -> Flask:
    """Return the service's application, or with no service's name the monolith."""

    class Pair(BaseConverter):
        regex = r"\d+-\d+"

    app = Flask(__name__, static_folder=None)
    app.url_map.converters["pair"] = Pair
    for rule, methods, view, owner in RULES:
        if service in ("", owner):
            app.add_url_rule(rule, name(rule, view), view, methods=methods)
        elif "GET" in methods:
            app.url_map.add(app.url_rule_class(rule, endpoint=name(rule, view), build_only=True))

    @app.errorhandler(404)
    def not_found(error: object) -> tuple[str, int]:
        return f"The shop has no {request.path}", 404

    return app


app = create_app(os.environ.get("SERVICE", ""))

"""What a service gets of a request that comes through the gateway."""

from __future__ import annotations

import hashlib
import re
import uuid

import pytest
from client import ask
from under_test import GatewayUnderTest, Limits, Running


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_methods(gateway: Running, method: str) -> None:
    """Each method arrives as itself, with its body."""
    body = b"some body" if method != "GET" else None
    reply = ask(gateway.port, "/echo", method, body=body)
    assert reply.json["method"] == method
    assert reply.json["length"] == len(body or b"")


@pytest.mark.parametrize(
    "target",
    [
        "/echo/a%2Fb",
        "/echo/a%2fb",
        "/echo/a%252Fb",
        "/echo/%C3%A9/%e9",
        "/echo/a%20b+c",
        "/echo/a|b;c=1,2",
        "/echo/x?",
        "/echo/x?a=1&a=2&b=%2f%2F+%20|",
        "/echo/x?url=http://example.org/?y",
        "/echo/a/../b",
        "/echo/a/./b",
        "/echo/100%",
    ],
)
def test_target_untouched(gateway: Running, target: str) -> None:
    """Path and query arrive byte for byte as the client wrote them."""
    assert ask(gateway.port, target).json["target"] == target


def test_forwarded(gateway: Running) -> None:
    """Services are told who the client is, and which host and scheme it asked for."""
    got = ask(gateway.port, "/echo", headers={"Host": "shop.example:8080"}).got
    assert got["host"] == "shop.example:8080"
    assert got["x-forwarded-host"] == "shop.example:8080"
    assert got["x-forwarded-for"] == "127.0.0.1"
    assert got["x-forwarded-proto"] == "http"
    assert "x-forwarded-prefix" not in got


def test_forged(gateway: Running) -> None:
    """What a client claims of itself never stands where services look."""
    claims = {
        "X-Forwarded-For": "10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "/evil",
    }
    reply = ask(gateway.port, "/echo", headers=claims)
    got = reply.got
    assert got["x-forwarded-for"].split(", ")[-1] == "127.0.0.1"
    assert got["x-forwarded-proto"] == "http"
    assert got["x-forwarded-host"] == f"127.0.0.1:{gateway.port}"
    assert "x-forwarded-prefix" not in got
    assert not reply.json["secure"]


def test_trusted(under_test: GatewayUnderTest, table: dict, folder) -> None:
    """What a trusted proxy before the gateway says is handed on."""
    says = {
        "X-Forwarded-For": "6.6.6.6, 10.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "shop.example",
        "X-Forwarded-Prefix": "/store",
    }
    with under_test.run(table, folder / "trusted", Limits(trusted_proxies=1)) as running:
        got = ask(running.port, "/echo", headers=says).got
    assert got["x-forwarded-for"] == "6.6.6.6, 10.0.0.1"
    assert got["x-forwarded-proto"] == "https"
    assert got["x-forwarded-host"] == "shop.example"
    assert got["x-forwarded-prefix"] == "/store"


def test_hop_by_hop(gateway: Running) -> None:
    """Headers of one connection end at the gateway; all others arrive as they were."""
    sent = {
        "Connection": "keep-alive, X-Private",
        "X-Private": "1",
        "Keep-Alive": "timeout=5",
        "TE": "trailers",
        "Proxy-Authorization": "Basic x",
        "Upgrade": "h2c",
        "Authorization": "Bearer token",
        "X-Custom": "a, b",
        "User-Agent": "tester/1",
        "Accept-Encoding": "br",
    }
    got = ask(gateway.port, "/echo", headers=sent).got
    gone = {"x-private", "keep-alive", "te", "proxy-authorization", "upgrade"}
    assert not gone & set(got)
    assert got["authorization"] == "Bearer token"
    assert got["x-custom"] == "a, b"
    assert got["user-agent"] == "tester/1"
    assert got["accept-encoding"] == "br"


def test_nothing_added(gateway: Running) -> None:
    """The gateway adds no headers of an HTTP library of its own."""
    got = ask(gateway.port, "/echo", headers={"Accept-Encoding": ""}).got
    assert "user-agent" not in got
    assert "content-type" not in got
    assert "content-length" not in got


def test_request_id(gateway: Running) -> None:
    """A request's id goes to the service and back; one is made if there is none, or a bad one."""
    given = ask(gateway.port, "/echo", headers={"X-Request-ID": "abc-123"})
    assert given.got["x-request-id"] == "abc-123" == given.header("X-Request-ID")
    for headers in ({}, {"X-Request-ID": "x" * 300}, {"X-Request-ID": 'a"b c'}):
        made = ask(gateway.port, "/echo", headers=headers)
        assert uuid.UUID(made.got["x-request-id"])
        assert made.got["x-request-id"] == made.header("X-Request-ID")


def test_trace(gateway: Running) -> None:
    """A trace goes on to the service; one begins here if there is none, or a malformed one."""
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    assert ask(gateway.port, "/echo", headers={"traceparent": trace}).got["traceparent"] == trace
    for bad in (
        None,
        "nonsense",
        trace.upper(),
        f"{trace}-more",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    ):
        headers = {} if bad is None else {"traceparent": bad}
        made = ask(gateway.port, "/echo", headers=headers).got["traceparent"]
        assert made != bad
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", made)


def test_cookies(gateway: Running) -> None:
    """Cookies arrive, and each Set-Cookie comes back as a header of its own."""
    reply = ask(gateway.port, "/cookies", headers={"Cookie": "a=1; b=2"})
    assert reply.json == {"a": "1", "b": "2"}
    assert [value.split("=")[0] for value in reply.all("Set-Cookie")] == ["first", "second"]


def test_form(gateway: Running) -> None:
    """A multipart form arrives with its fields and files."""
    body = (
        b"--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B\r\nContent-Disposition: "
        b'form-data; name=f; filename="x.bin"\r\n\r\n' + bytes(range(256)) + b"\r\n--B--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=B"}
    reply = ask(gateway.port, "/form", "POST", headers, body)
    assert reply.json == {"fields": {"a": "1"}, "files": {"f": 256}}


def test_json(gateway: Running) -> None:
    """A JSON body arrives, and the answer's status comes back."""
    headers = {"Content-Type": "application/json"}
    reply = ask(gateway.port, "/orders", "POST", headers, b'{"a": "\xc3\xa9"}')
    assert (reply.status, reply.json) == (201, {"a": "é"})


def test_chunked(gateway: Running) -> None:
    """A body in chunks arrives whole."""
    reply = ask(gateway.port, "/echo", "POST", body=iter([b"one", b"two" * 50_000]))
    whole = b"one" + b"two" * 50_000
    assert reply.json["length"] == len(whole)
    assert reply.json["sha"] == hashlib.sha256(whole).hexdigest()
    assert reply.got.get("transfer-encoding") == "chunked"


def test_conditional(gateway: Running) -> None:
    """A conditional request is answered with 304 and no body."""
    etag = ask(gateway.port, "/orders/1").header("ETag")
    reply = ask(gateway.port, "/orders/1", headers={"If-None-Match": etag or ""})
    assert (reply.status, reply.body) == (304, b"")
    assert reply.header("ETag") == etag


def test_url_for(gateway: Running) -> None:
    """External addresses that a service makes lead to the gateway."""
    reply = ask(gateway.port, "/go/absolute", headers={"Host": "shop.example"})
    assert reply.header("Location") == "http://shop.example/items/"


def test_internal_paths(gateway: Running) -> None:
    """Paths that services answer each other on lead nowhere."""
    for target in ("/internal/feed", "/internal", "//internal/x", "/%69nternal/feed"):
        assert ask(gateway.port, target).status == 404
    assert ask(gateway.port, "/healthz").body == b"The shop has no /healthz"
    assert ask(gateway.port, "/metrics").body == b"The shop has no /metrics"

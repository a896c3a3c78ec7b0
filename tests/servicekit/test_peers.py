"""Calls between services, over real sockets."""

from __future__ import annotations

import threading
import time

import kit_fakes
import pytest
from werkzeug.wrappers import Request, Response

from ports import free_port
from servicekit import tracing
from servicekit.auth import Tokens
from servicekit.breaker import Breaker
from servicekit.errors import PeerRefused, PeerUnavailable
from servicekit.peers import Peers
from servicekit.server import InternalServer


class Owner:
    """A peer that answers what the test says, and remembers what it was asked."""

    def __init__(self):
        self.requests = []
        self.answers = []
        self.server = InternalServer(self, "127.0.0.1", 0)
        self.server.start()
        self.url = f"http://127.0.0.1:{self.server.port}"

    def __call__(self, environ, start_response):
        request = Request(environ)
        self.requests.append((request.path, dict(request.headers), request.get_data()))
        answer = self.answers.pop(0) if self.answers else (200, "{}")
        if callable(answer):
            answer = answer()
        return Response(answer[1], status=answer[0])(environ, start_response)


@pytest.fixture
def owner():
    peer = Owner()
    yield peer
    peer.server.stop()


def peers(owner, **options):
    tokens = Tokens([kit_fakes.SECRET], "cart")
    return Peers({"orders": owner.url if owner else unused_url()}, tokens, **options)


def unused_url():
    return f"http://127.0.0.1:{free_port()}"


def call(client, repeat_safe=True, timeout=2.0, peer="orders"):
    return client.call(peer, "feed", {"after": 1}, timeout=timeout, repeat_safe=repeat_safe)


def test_an_answer_arrives(owner):
    """A call is a POST of JSON with a token for the audience, and returns the peer's object."""
    owner.answers = [(200, '{"rows": [1, null, "\\u20ac"]}')]
    assert call(peers(owner)) == {"rows": [1, None, "\u20ac"]}
    path, headers, body = owner.requests[0]
    assert (path, body) == ("/internal/feed", b'{"after": 1}')
    _scheme, token = headers["Authorization"].split()
    assert Tokens([kit_fakes.SECRET], "orders").verify(token) == "cart"


def test_ids_travel_along(owner):
    """Request and trace ids of the work at hand go out with a call."""
    trace = tracing.Trace("r1", "a" * 32, "b" * 16)
    with tracing.work(trace):
        call(peers(owner))
    headers = owner.requests[0][1]
    assert headers["X-Request-Id"] == "r1"
    assert headers["Traceparent"] == "00-{}-{}-01".format("a" * 32, "b" * 16)


def test_a_refusal_has_its_reason(owner):
    """409 becomes PeerRefused with reason and details, and is not sent again."""
    owner.answers = [(409, '{"reason": "conflict", "details": {"table": "users"}}')]
    with pytest.raises(PeerRefused) as caught:
        call(peers(owner))
    assert (caught.value.reason, caught.value.details) == ("conflict", {"table": "users"})
    assert len(owner.requests) == 1


@pytest.mark.parametrize(
    "answer", [(500, "{}"), (503, "busy"), (200, "no JSON"), (200, "[]"), (302, "")]
)
def test_other_answers_leave_the_outcome_unknown(owner, answer):
    """Whatever isn't an answer or a refusal is PeerUnavailable."""
    owner.answers = [answer] * 3
    with pytest.raises(PeerUnavailable):
        call(peers(owner), repeat_safe=False)


def test_what_is_safe_to_repeat_is_repeated(owner):
    """A repeatable call survives two failures."""
    owner.answers = [(503, ""), (503, ""), (200, '{"ok": 1}')]
    assert call(peers(owner)) == {"ok": 1}


def test_what_is_not_safe_to_repeat_is_sent_once(owner):
    """A call that mustn't be repeated is tried once."""
    owner.answers = [(503, ""), (200, "{}")]
    with pytest.raises(PeerUnavailable):
        call(peers(owner), repeat_safe=False)
    assert len(owner.requests) == 1


def test_a_deadline_holds_over_all_attempts(owner):
    """A slow peer costs its caller the timeout once, not once per attempt."""
    owner.answers = [lambda: (time.sleep(1), (200, "{}"))[1]] * 3
    started = time.monotonic()
    with pytest.raises(PeerUnavailable):
        call(peers(owner), timeout=0.3)
    assert time.monotonic() - started < 0.8


def test_nobody_there():
    """A peer that doesn't listen is unavailable, and so is one that isn't known."""
    client = peers(None)
    with pytest.raises(PeerUnavailable):
        call(client)
    with pytest.raises(PeerUnavailable, match="no peer"):
        call(client, peer="strangers")
    assert not client.reachable("orders")


def test_after_failures_a_peer_is_left_alone_then_tried_again(owner):
    """An open breaker costs no network; one success closes it."""
    now = [0.0]
    client = peers(owner, breaker=lambda: Breaker(2, 1.0, clock=lambda: now[0]))
    owner.answers = [(503, ""), (503, "")]
    for _ in range(3):
        with pytest.raises(PeerUnavailable):
            call(client, repeat_safe=False)
    assert len(owner.requests) == 2
    now[0] = 1.5
    assert call(client) == {}
    assert call(client) == {}


def test_calls_run_at_the_same_time(owner):
    """Neither pool nor breaker lets one call wait for another."""
    gate = threading.Barrier(4)
    owner.answers = [lambda: (gate.wait(3), (200, "{}"))[1]] * 4
    client, results = peers(owner), []
    threads = [threading.Thread(target=lambda: results.append(call(client))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [{}] * 4

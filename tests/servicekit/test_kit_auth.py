"""Tokens between services."""

from __future__ import annotations

import time

import pytest

from servicekit.auth import Tokens, Unauthorized

OLD, NEW = "the-old-key-0123456789", "the-new-key-0123456789"


def test_a_token_tells_who_calls():
    """The audience learns the caller's name."""
    assert Tokens([OLD], "orders").verify(Tokens([OLD], "cart").issue("orders")) == "cart"


def test_a_token_is_for_one_audience():
    """What one service was sent can't be used against another."""
    token = Tokens([OLD], "cart").issue("orders")
    with pytest.raises(Unauthorized):
        Tokens([OLD], "accounts").verify(token)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u00e4.b.c", "." * 3000])
def test_what_is_no_token_is_refused(token):
    """Rubbish is unauthorized, nothing else."""
    with pytest.raises(Unauthorized):
        Tokens([OLD], "orders").verify(token)


def test_a_changed_token_is_refused():
    """A signature holds for its content only."""
    token = Tokens([OLD], "cart").issue("orders")
    with pytest.raises(Unauthorized):
        Tokens([OLD], "orders").verify("x" + token[1:])


@pytest.mark.parametrize(
    ("later", "good"), [(0, True), (50, True), (62, False), (-20, True), (-40, False)]
)
def test_a_token_lives_a_minute(later, good):
    """A token is good for a minute, and clocks may differ by half of one."""
    token = Tokens([OLD], "cart").issue("orders")
    verifier = Tokens([OLD], "orders", clock=lambda: time.time() + later)
    if good:
        assert verifier.verify(token) == "cart"
    else:
        with pytest.raises(Unauthorized, match="clocks"):
            verifier.verify(token)


def test_keys_rotate_without_a_gap():
    """While both keys are known everywhere, tokens of either are good; then the old one isn't."""
    by_old, by_new = Tokens([OLD, NEW], "cart"), Tokens([NEW, OLD], "cart")
    for verifier in (Tokens([OLD, NEW], "orders"), Tokens([NEW, OLD], "orders")):
        assert verifier.verify(by_old.issue("orders")) == "cart"
        assert verifier.verify(by_new.issue("orders")) == "cart"
    with pytest.raises(Unauthorized):
        Tokens([NEW], "orders").verify(by_old.issue("orders"))

"""Tests that the sample could have: single functions, and pages that need nobody to sign in.

All of its own tests begin by signing up and filling carts, so none belongs to one service.
"""

from datetime import date
from decimal import Decimal

import pytest
from shop.catalogue.search import escape_like
from shop.checkout.pricing import quote_for
from shop.promotions.models import Promotion, PromotionKind
from shop.promotions.services import discount_for
from shop.utils import format_money, is_safe_target, parse_date, percentage, slugify, to_cents

pytestmark = pytest.mark.internals


@pytest.mark.parametrize(
    ("text", "slug"), [("Blue Mug", "blue-mug"), (" Crème & brûlée!", "creme-brulee")]
)
def test_slugs_are_plain(text, slug):
    assert slugify(text) == slug


def test_money_is_rounded_half_up():
    assert to_cents(Decimal("2.345")) == 235
    assert percentage(50, Decimal(21)) == 11
    assert format_money(123456) == "€ 1,234.56"


@pytest.mark.parametrize("target", [None, "orders", "//elsewhere.example", "/\\elsewhere.example"])
def test_targets_on_other_sites_are_not_safe(target):
    assert is_safe_target("/orders/")
    assert not is_safe_target(target)


def test_a_wrong_date_is_the_default():
    assert parse_date("2026-02-30", date(2026, 1, 1)) == date(2026, 1, 1)


def test_wildcards_are_escaped():
    assert escape_like("50%_off\\") == "50\\%\\_off\\\\"


def test_no_discount_is_larger_than_the_cart(app):
    amount = Promotion(kind=PromotionKind.AMOUNT, value=1000)
    assert discount_for(amount, 600) == 600
    assert discount_for(None, 600) == 0


def test_tax_comes_after_the_discount(app):
    percent = Promotion(kind=PromotionKind.PERCENT, value=10)
    assert quote_for(1000, percent, 495, "NL").total == 1000 - 100 + 495 + 189


def test_a_promotion_can_pay_for_the_parcel(app):
    free = Promotion(kind=PromotionKind.FREE_SHIPPING, value=0)
    assert quote_for(1000, free, 495, "US").total == 1000


def test_a_stranger_has_an_empty_cart(app):
    assert "Your cart is empty" in app.test_client().get("/cart/").text


def test_a_stranger_can_search(app):
    assert app.test_client().get("/api/v1/products/?q=nothing-like-it").json["items"] == []


def test_a_stranger_has_no_orders(app):
    assert app.test_client().get("/orders/").status_code == 302

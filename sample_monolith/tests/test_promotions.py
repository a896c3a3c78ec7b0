"""Discount codes in the cart."""

import pytest


def fill(shopper, product, quantity=1):
    shopper.api("POST", "/cart/items", {"product_id": product["id"], "quantity": quantity})


def test_percents_are_taken_off_before_tax(shop, customer, product):
    code = shop.promotion(kind="percent", value=25)
    fill(customer, product)
    page = customer.submit("/cart/promotion", code=code.lower())
    assert f"Code {code} is applied." in page.text
    assert 'id="discount">€ 2.50' in page.text
    assert 'id="total">€ 9.08' in page.text


def test_amounts_never_exceed_the_cart(shop, customer, product):
    code = shop.promotion(kind="amount", value=5000)
    fill(customer, product)
    assert customer.api("PUT", "/cart/promotion", {"code": code}).json["discount_cents"] == 1000


def test_a_code_can_be_removed(shop, customer, product):
    fill(customer, product)
    customer.submit("/cart/promotion", code=shop.promotion())
    customer.submit("/cart/promotion/remove")
    assert customer.api("GET", "/cart/").json["promotion_code"] is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ends_on": "2001-01-01"}, "This code has expired."),
        ({"starts_on": "2999-01-01"}, "This code is not valid yet."),
        ({"minimum": "10.01"}, "This code needs a cart of at least € 10.01."),
    ],
)
def test_codes_have_conditions(shop, customer, product, fields, reason):
    code = shop.promotion(**fields)
    fill(customer, product)
    assert reason in customer.submit("/cart/promotion", code=code).text
    assert customer.api("PUT", "/cart/promotion", {"code": code}).json == {"error": reason}


def test_unknown_codes_are_refused(customer, product):
    fill(customer, product)
    assert "We don&#39;t know this code." in customer.submit("/cart/promotion", code="XYZ").text


def test_codes_switched_off_are_unknown(shop, admin, customer, product):
    code = shop.promotion()
    fill(customer, product)
    admin.submit(f"/backoffice/promotions/{shop.promotion_id(code)}/toggle")
    assert customer.api("PUT", "/cart/promotion", {"code": code}).status_code == 400


def test_a_code_runs_out(shop, product):
    code = shop.promotion(max_uses=1)
    shop.order(shop.customer(), product, code=code)
    late = shop.customer()
    fill(late, product)
    answer = late.api("PUT", "/cart/promotion", {"code": code})
    assert answer.json == {"error": "This code is used up."}


def test_cancelling_gives_the_use_back(shop, customer, product):
    code = shop.promotion(max_uses=1)
    order = shop.order(customer, product, code=code)
    customer.submit(f"/orders/{order['number']}/cancel")
    again = shop.order(customer, product, code=code)
    assert again["promotion"] == code


def test_a_code_that_went_bad_in_the_cart_is_left_out(shop, admin, customer, product):
    code = shop.promotion()
    fill(customer, product)
    customer.api("PUT", "/cart/promotion", {"code": code})
    admin.submit(f"/backoffice/promotions/{shop.promotion_id(code)}/toggle")
    body = {"address_id": customer.address_id(), "shipping_method": "standard"}
    order = customer.api("POST", "/checkout", body).json
    assert order["promotion"] is None
    assert order["discount_cents"] == 0


def test_free_shipping(shop, customer, product):
    order = shop.order(customer, product, code=shop.promotion(kind="free_shipping"))
    assert order["shipping_cents"] == 0


def test_a_code_exists_only_once(shop, admin):
    code = shop.promotion()
    page = admin.submit("/backoffice/promotions", code=code, kind="percent", value=1, minimum="0")
    assert f"There is a code {code} already." in page.text

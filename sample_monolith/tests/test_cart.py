"""Carts of visitors and customers."""

import pytest


def test_a_new_cart_is_empty(shop):
    assert "Your cart is empty" in shop.visitor().get("/cart/").text


def test_visitors_can_fill_a_cart(shop, product):
    visitor = shop.visitor()
    page = visitor.submit(f"/cart/items/{product['id']}", quantity=2)
    assert f"{product['name']} is in your cart." in page.text
    assert "€ 20.00" in page.text
    assert visitor.cart_count() == 2


def test_adding_twice_adds_up(shop, product):
    visitor = shop.visitor()
    visitor.submit(f"/cart/items/{product['id']}", quantity=2)
    visitor.submit(f"/cart/items/{product['id']}", quantity=1)
    assert visitor.cart_count() == 3


def test_quantity_can_be_set_and_zero_removes(shop, product):
    visitor = shop.visitor()
    visitor.submit(f"/cart/items/{product['id']}", quantity=2)
    visitor.submit(f"/cart/items/{product['id']}/quantity", quantity=7)
    assert visitor.cart_count() == 7
    visitor.submit(f"/cart/items/{product['id']}/quantity", quantity=0)
    assert visitor.cart_count() == 0


def test_odd_quantities_are_refused(shop, product):
    page = shop.visitor().submit(f"/cart/items/{product['id']}", quantity="many")
    assert "between 0 and 99" in page.text


def test_more_than_in_stock_is_refused(shop):
    product = shop.product(stock=1)
    visitor = shop.visitor()
    page = visitor.submit(f"/cart/items/{product['id']}", quantity=2)
    assert "Only 1 left in stock, 2 requested." in page.text
    assert visitor.cart_count() == 0


def test_signing_in_keeps_the_cart(shop, product):
    newcomer = shop.newcomer()
    newcomer.submit(f"/cart/items/{product['id']}", quantity=2)
    newcomer.register()
    assert newcomer.cart_count() == 2


def test_signing_in_merges_both_carts(shop, product):
    customer, other = shop.customer(), shop.product()
    customer.api("POST", "/cart/items", {"product_id": product["id"], "quantity": 3})
    visitor = shop.visitor()
    visitor.email = customer.email
    visitor.submit(f"/cart/items/{product['id']}", quantity=1)
    visitor.submit(f"/cart/items/{other['id']}", quantity=1)
    visitor.login()
    assert visitor.cart_count() == 4


def test_retired_products_leave_open_carts(shop, admin, product):
    visitor = shop.visitor()
    visitor.submit(f"/cart/items/{product['id']}", quantity=1)
    admin.submit(f"/backoffice/products/{product['id']}/retire")
    assert visitor.cart_count() == 0
    page = visitor.submit(f"/cart/items/{product['id']}", quantity=1)
    assert "is not for sale" in page.text


def test_cart_over_the_api(customer, product):
    empty = customer.api("GET", "/cart/").json
    assert empty["items"] == []
    added = customer.api("POST", "/cart/items", {"product_id": product["id"], "quantity": 2})
    assert added.status_code == 201
    assert added.json["subtotal_cents"] == 2000
    item = f"/cart/items/{product['id']}"
    assert customer.api("PUT", item, {"quantity": 5}).json["items"][0]["quantity"] == 5
    assert customer.api("DELETE", item).json["items"] == []


@pytest.mark.parametrize(
    "body", [{}, {"product_id": "one"}, {"product_id": 1, "quantity": 0}, ["product_id"]]
)
def test_nonsense_is_refused_by_the_api(customer, body):
    answer = customer.api("POST", "/cart/items", body)
    assert answer.status_code == 400
    assert answer.json["error"]


def test_running_out_is_a_conflict_in_the_api(shop, customer):
    product = shop.product(stock=1)
    answer = customer.api("POST", "/cart/items", {"product_id": product["id"], "quantity": 2})
    assert answer.status_code == 409
    assert answer.json == {"error": "Only 1 left in stock, 2 requested."}

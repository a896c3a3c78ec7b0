"""From the cart to the order."""

import pytest
from shopper import find


def fill(shopper, product, quantity=1):
    shopper.submit(f"/cart/items/{product['id']}", quantity=quantity)


def method_id(customer, name):
    return find(rf'<option [^>]*value="(\d+)">{name}<', customer.get("/checkout/"))


def test_checkout_needs_an_account(shop):
    answer = shop.visitor().get("/checkout/")
    assert answer.status_code == 302
    assert "/account/login" in answer.location


def test_checkout_needs_a_cart(customer):
    assert customer.get("/checkout/", follow_redirects=True).request.path == "/cart/"


def test_checkout_asks_for_an_address_first(shop, product):
    customer = shop.customer(country=None)
    fill(customer, product)
    answer = customer.get("/checkout/")
    assert answer.location == "/account/addresses?next=/checkout/"


def test_checkout_on_the_pages(shop, customer):
    product = shop.product(price_cents=2500, stock=5, weight_grams=1200)
    fill(customer, product, 2)
    page = customer.submit(
        "/checkout/",
        address_id=customer.address_id(),
        shipping_method_id=method_id(customer, "Express"),
        note="Ring twice",
    )
    assert "Thank you" in page.text
    number = find(r'id="order-number"[^>]*>([^<]+)<', page)
    order = customer.api("GET", f"/orders/{number}").json
    assert order["subtotal_cents"] == 5000
    assert order["shipping_cents"] == 995 + 3 * 200
    assert order["tax_cents"] == 1050
    assert order["total_cents"] == 5000 + 1595 + 1050
    assert order["status"] == "pending"
    assert customer.cart_count() == 0
    assert shop.available(product) == 3


def test_checkout_refuses_what_was_not_offered(customer, product):
    fill(customer, product)
    page = customer.submit("/checkout/", address_id=0, shipping_method_id=0)
    assert page.status_code == 400


@pytest.mark.parametrize(("country", "tax_cents"), [("NL", 210), ("DE", 190), ("US", 0)])
def test_tax_depends_on_the_country(shop, product, country, tax_cents):
    assert shop.order(shop.customer(country), product)["tax_cents"] == tax_cents


def test_everything_is_undone_when_stock_runs_out(shop, customer):
    plenty, scarce = shop.product(stock=5), shop.product(stock=1)
    code = shop.promotion(max_uses=1)
    for product in (plenty, scarce):
        customer.api("POST", "/cart/items", {"product_id": product["id"]})
    customer.api("PUT", "/cart/promotion", {"code": code})
    shop.order(shop.customer(), scarce)
    body = {"address_id": customer.address_id(), "shipping_method": "standard"}
    assert customer.api("POST", "/checkout", body).status_code == 409
    assert shop.available(plenty) == 5
    assert customer.api("GET", "/orders").json["total"] == 0
    assert len(customer.api("GET", "/cart/").json["items"]) == 2
    customer.api("DELETE", f"/cart/items/{scarce['id']}")
    assert customer.api("POST", "/checkout", body).json["promotion"] == code


def test_the_page_explains_that_stock_ran_out(shop, customer):
    product = shop.product(stock=1)
    fill(customer, product)
    choice = {"address_id": customer.address_id()}
    choice["shipping_method_id"] = method_id(customer, "Standard")
    shop.order(shop.customer(), product)
    page = customer.submit("/checkout/", **choice)
    assert "Only 0 left in stock, 1 requested." in page.text
    assert page.request.path == "/cart/"


def test_an_empty_cart_can_not_be_ordered(customer):
    body = {"address_id": customer.address_id(), "shipping_method": "standard"}
    answer = customer.api("POST", "/checkout", body)
    assert answer.json == {"error": "Your cart is empty."}


def test_a_method_must_serve_the_country(shop, product):
    customer = shop.customer("US")
    customer.api("POST", "/cart/items", {"product_id": product["id"]})
    body = {"address_id": customer.address_id(), "shipping_method": "express"}
    answer = customer.api("POST", "/checkout", body)
    assert answer.json == {"error": "Express doesn't deliver to US."}
    body["shipping_method"] = "pigeon"
    assert customer.api("POST", "/checkout", body).status_code == 400


def test_an_order_keeps_the_price_of_its_day(shop, admin, customer, product):
    order = shop.order(customer, product)
    admin.api("PATCH", f"/admin/products/{product['id']}", {"price_cents": 99900})
    line = customer.api("GET", f"/orders/{order['number']}").json["lines"][0]
    assert line["unit_price_cents"] == 1000

"""What all of the API has in common."""

import pytest


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/cart/"),
        ("POST", "/checkout"),
        ("GET", "/orders"),
        ("GET", "/notifications/"),
        ("GET", "/admin/stock/low"),
    ],
)
def test_a_token_is_needed(shop, method, path):
    answer = shop.visitor().api(method, path, {} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json == {"error": "A valid bearer token is required."}


def test_the_cookie_alone_opens_nothing(customer):
    customer.token = None
    assert customer.get("/account/").status_code == 200
    assert customer.api("GET", "/me").status_code == 401


def test_wrong_tokens_open_nothing(shop):
    visitor = shop.visitor()
    visitor.token = "made-up"
    assert visitor.api("GET", "/me").status_code == 401


def test_wrong_passwords_get_no_token(customer):
    assert customer.fetch_token("wrong password").status_code == 401


def test_tokens_are_listed_and_revoked(customer):
    assert [token["label"] for token in customer.api("GET", "/tokens").json["items"]] == ["API"]
    assert customer.api("DELETE", "/tokens").status_code == 204
    customer.submit("/account/logout")
    assert customer.api("GET", "/tokens").status_code == 401


def test_missing_fields_are_named(customer):
    answer = customer.api("POST", "/me/addresses", {"recipient": "Me", "country": "NL"})
    assert answer.json == {"error": "Missing: street, postcode, city."}


def test_addresses_need_a_country_we_serve(customer):
    body = {"recipient": "Me", "street": "S", "postcode": "1", "city": "C", "country": "AQ"}
    assert customer.api("POST", "/me/addresses", body).status_code == 400


def test_errors_are_json(shop):
    answer = shop.visitor().api("GET", "/no/such/thing")
    assert answer.status_code == 404
    assert "error" in answer.json
    assert shop.visitor().api("DELETE", "/shipping/rates").status_code == 405


def test_administration_is_for_staff(shop, customer):
    body = {"sku": shop.unique("SKU"), "name": "Mine", "price_cents": 1}
    assert customer.api("POST", "/admin/products", body).status_code == 403
    assert shop.staff().api("POST", "/admin/products", body).status_code == 201


def test_products_are_repriced(shop, admin, product):
    path = f"/admin/products/{product['id']}"
    assert admin.api("PATCH", path, {"price_cents": 777}).json["price_cents"] == 777
    assert admin.api("PATCH", path, {"price_cents": -1}).status_code == 400
    assert "€ 7.77" in shop.visitor().get(product["url"]).text


def test_stock_needs_a_known_reason(shop, product):
    assert shop.restock(product, 1, reason="magic").status_code == 400
    assert shop.restock(product, 1, reason="return").json["available"] == 11

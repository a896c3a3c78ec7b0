"""What staff do on the pages of the back office."""

import pytest
from shopper import find

PAGES = [
    "/backoffice/",
    "/backoffice/products",
    "/backoffice/products/new",
    "/backoffice/categories",
    "/backoffice/stock",
    "/backoffice/orders",
    "/backoffice/promotions",
    "/backoffice/shipping-methods",
    "/backoffice/reviews",
    "/backoffice/users",
    "/backoffice/audit",
    "/backoffice/reports/",
]


@pytest.mark.parametrize("path", PAGES)
def test_the_back_office_is_for_staff(shop, admin, customer, path):
    assert admin.get(path).status_code == 200
    assert customer.get(path).status_code == 403
    assert "/account/login" in shop.visitor().get(path).location


def test_only_administrators_manage_accounts(shop):
    member = shop.staff()
    assert member.get("/backoffice/").status_code == 200
    assert member.get("/backoffice/users").status_code == 403


def test_a_product_is_added_and_edited(shop, admin):
    sku = shop.unique("HAND")
    category_id, _ = shop.category()
    fields = {"sku": sku, "name": shop.unique("Handmade"), "category_id": category_id}
    fields |= {"price": "12.345", "weight_grams": 10, "status": "active", "tags": "rope, knot"}
    page = admin.submit("/backoffice/products/new", **fields)
    assert f"{fields['name']} is added." in page.text
    product_id = find(r'data-product="(\d+)"', page)
    assert "knot, rope" in page.text
    assert 'value="12.35"' in page.text
    assert '<option selected value="active">' in page.text
    fields |= {"price": "15.00", "tags": "rope"}
    page = admin.submit(f"/backoffice/products/{product_id}", **fields)
    assert f"{fields['name']} is saved." in page.text
    product = shop.visitor().api("GET", f"/products/{product_id}").json
    assert product["price_cents"] == 1500
    assert product["tags"] == ["rope"]


def test_a_sku_exists_only_once(admin, product):
    page = admin.submit(
        "/backoffice/products/new",
        sku=product["sku"],
        name="Copy",
        price="1",
        weight_grams=0,
        status="active",
        category_id=0,
    )
    assert f"There is a product {product['sku']} already." in page.text


def test_a_product_needs_a_price(admin):
    page = admin.submit("/backoffice/products/new", sku="X", name="X", category_id=0)
    assert page.status_code == 400


def test_drafts_are_seen_by_staff_only(shop, admin, product):
    fields = {"sku": product["sku"], "name": product["name"], "price": "10", "weight_grams": 0}
    path = f"/backoffice/products/{product['id']}"
    admin.submit(path, status="draft", category_id=0, **fields)
    assert shop.visitor().get(product["url"]).status_code == 404
    assert admin.get(product["url"]).status_code == 200


def test_products_are_searched(admin, product):
    page = admin.get("/backoffice/products", query_string={"q": product["sku"]})
    assert page.text.count("/backoffice/products/") == 2  # the product and the link to add one


def test_stock_is_booked_in_and_out(shop, admin, product):
    path = f"/backoffice/stock/{product['id']}"
    page = admin.submit(path, delta=5, reason="receipt", reference="Lorry 7")
    assert find(r'id="available">(\d+)<', page) == "15"
    assert "+5 receipt Lorry 7" in page.text
    admin.submit(path, delta=-15, reason="correction")
    assert shop.available(product) == 0


def test_promised_goods_can_not_be_booked_out(shop, admin, customer, product):
    shop.order(customer, product, quantity=4)
    page = admin.submit(f"/backoffice/stock/{product['id']}", delta=-7, reason="correction")
    assert "less than what is promised" in page.text
    assert shop.available(product) == 6


def test_low_stock_is_listed(shop, admin, product):
    admin.submit(f"/backoffice/stock/{product['id']}/reorder-level", reorder_level=50)
    listed = admin.api("GET", "/admin/stock/low").json["items"]
    assert {"sku": product["sku"], "available": 10, "level": 50} in listed
    assert product["sku"] in admin.get("/backoffice/").text
    admin.submit(f"/backoffice/stock/{product['id']}/reorder-level", reorder_level=0)
    assert product["sku"] not in admin.get("/backoffice/").text
    assert admin.get("/backoffice/stock?low=1").status_code == 200


def test_fresh_unpaid_orders_survive_the_cleaning(shop, admin, customer, product):
    shop.order(customer, product)
    page = admin.submit("/backoffice/stock/release-stale", hours=48)
    assert "0 unpaid orders cancelled." in page.text


def test_orders_are_filtered(shop, admin, customer, product):
    paid, pending = shop.paid_order(customer, product), shop.order(customer, product)
    page = admin.get(f"/backoffice/orders?status=paid&email={customer.email}").text
    assert paid["number"] in page
    assert pending["number"] not in page


def test_staff_ship_orders(shop, admin, customer, product):
    order = shop.paid_order(customer, product)
    page = admin.submit(f"/backoffice/orders/{order['number']}/ship")
    assert 'id="status">shipped' in page.text
    assert admin.api("GET", f"/admin/orders/{order['number']}").json["status"] == "shipped"


def test_staff_cancel_orders(shop, admin, customer, product):
    order = shop.order(customer, product)
    page = admin.submit(f"/backoffice/orders/{order['number']}/cancel")
    assert "Cancelled by staff" in page.text
    assert customer.email in admin.get(f"/backoffice/orders/{order['number']}").text


def test_refunds_in_part_and_in_full(shop, admin, customer, product):
    order = shop.paid_order(customer, product)
    path = f"/backoffice/orders/{order['number']}/refund"
    page = admin.submit(path, amount="1.00", reason="Scratch")
    assert "back € 1.00" in page.text
    assert 'id="status">paid' in page.text
    assert "more than what is left" in admin.submit(path, amount="1000").text
    assert 'id="status">refunded' in admin.submit(path, reason="Broken").text
    assert "There is nothing to refund." in admin.submit(path).text


def test_blocked_customers_are_locked_out(shop, admin, customer):
    user_id = customer.api("GET", "/me").json["id"]
    admin.submit(f"/backoffice/users/{user_id}/block")
    assert customer.get("/account/").status_code == 302
    assert customer.api("GET", "/me").status_code == 401
    assert customer.login().status_code == 401
    admin.submit(f"/backoffice/users/{user_id}/block")
    assert customer.login().status_code == 200


def test_administrators_can_not_lock_themselves_out(admin):
    user_id = admin.api("GET", "/me").json["id"]
    assert admin.submit(f"/backoffice/users/{user_id}/role", role="customer").status_code == 403


def test_roles_must_exist(admin, customer):
    user_id = customer.api("GET", "/me").json["id"]
    assert admin.submit(f"/backoffice/users/{user_id}/role", role="king").status_code == 400


def test_the_log_says_who_did_what(shop, admin):
    product = shop.product()
    page = admin.get("/backoffice/audit?action=product.create").text
    assert product["sku"] in page
    assert "Ada Admin" in page
    assert "stock.adjust" not in page

"""Rates, parcels and the carrier."""

from shopper import find


def test_rates_depend_on_country_and_weight(shop):
    visitor = shop.visitor()
    local = visitor.get("/shipping/rates?country=nl&weight_grams=1500").json
    prices = {rate["code"]: rate["price_cents"] for rate in local["rates"]}
    assert prices["standard"] == 495 + 2 * 100
    assert prices["express"] == 995 + 2 * 200
    abroad = visitor.api("GET", "/shipping/rates?country=US").json["items"]
    assert "express" not in [rate["code"] for rate in abroad]


def test_methods_can_be_switched_off(shop, admin):
    code = shop.unique("boat")
    admin.submit("/backoffice/shipping-methods", code=code, name="By boat", base="1", per_kg="0")

    def offered():
        return [rate["code"] for rate in shop.visitor().get("/shipping/rates").json["rates"]]

    assert code in offered()
    number = find(rf'data-method="(\d+)">{code}:', admin.get("/backoffice/shipping-methods"))
    admin.submit(f"/backoffice/shipping-methods/{number}/toggle")
    assert code not in offered()


def test_a_method_exists_only_once(admin):
    page = admin.submit(
        "/backoffice/shipping-methods", code="standard", name="Twice", base="1", per_kg="0"
    )
    assert "There is a method standard already." in page.text


def test_payment_prepares_a_parcel(shop, customer, product):
    order = shop.paid_order(customer, product)
    code = customer.api("GET", f"/orders/{order['number']}").json["tracking_code"]
    parcel = shop.visitor().api("GET", f"/shipments/{code}").json
    assert parcel["status"] == "waiting"
    assert parcel["events"] == ["Waiting in the warehouse"]


def test_a_parcel_can_be_followed_without_account(shop, customer, product):
    code = shop.ship(shop.paid_order(customer, product))
    assert shop.carrier_says(code).json["status"] == "sent"
    page = shop.visitor().get(f"/shipping/track/{code}").text
    assert "Handed to the carrier" in page
    assert "At the depot" in page


def test_delivery_ends_the_order(shop, customer, product):
    order = shop.paid_order(customer, product)
    shop.carrier_says(shop.ship(order), delivered=True)
    assert customer.api("GET", f"/orders/{order['number']}").json["status"] == "delivered"


def test_unpaid_orders_are_not_shipped(shop, admin, customer, product):
    order = shop.order(customer, product)
    answer = admin.api("POST", f"/admin/orders/{order['number']}/ship")
    assert answer.json == {"error": "There is no parcel waiting for this order."}


def test_only_the_carrier_reports_scans(shop, customer, product):
    code = shop.ship(shop.paid_order(customer, product))
    assert shop.carrier_says(code, delivered=True, token="guess").status_code == 401
    assert shop.carrier_says("HC0NL").status_code == 404

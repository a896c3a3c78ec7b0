"""Paying, and what the provider tells us afterwards."""

from shopper import BAD_CARD, GOOD_CARD, find


def status_of(customer, order):
    return customer.api("GET", f"/orders/{order['number']}").json["status"]


def test_paying_on_the_page_waits_for_the_provider(shop, customer, product):
    order = shop.order(customer, product)
    path = f"/payments/{order['number']}"
    reference = find(r'id="reference">([^<]+)<', customer.get(path))
    page = customer.submit(path, card_number=GOOD_CARD)
    assert "once the payment is confirmed" in page.text
    assert status_of(customer, order) == "pending"
    shop.provider_says("captured", reference, amount_cents=order["total_cents"])
    assert status_of(customer, order) == "paid"


def test_a_card_number_has_sixteen_digits(shop, customer, product):
    order = shop.order(customer, product)
    page = customer.submit(f"/payments/{order['number']}", card_number="1234")
    assert page.status_code == 400
    assert "16 digits." in page.text


def test_a_declined_card_can_be_followed_by_a_better_one(shop, customer, product):
    order = shop.order(customer, product)
    page = customer.submit(f"/payments/{order['number']}", card_number=BAD_CARD)
    assert "Your card was declined." in page.text
    reference = shop.pay(customer, order)
    assert reference.endswith("-2")
    assert status_of(customer, order) == "paid"


def test_a_declined_card_over_the_api(shop, customer, product):
    order = shop.order(customer, product)
    path = f"/orders/{order['number']}/pay"
    assert customer.api("POST", path, {"card_number": BAD_CARD}).status_code == 402


def test_nobody_pays_twice(shop, customer, product):
    order = shop.order(customer, product)
    path = f"/orders/{order['number']}/pay"
    assert customer.api("POST", path, {"card_number": GOOD_CARD}).status_code == 200
    assert customer.api("POST", path, {"card_number": GOOD_CARD}).status_code == 409


def test_paid_goods_leave_the_warehouse(shop, admin, customer, product):
    shop.paid_order(customer, product, quantity=3)
    assert shop.available(product) == 7
    movements = admin.get(f"/backoffice/stock/{product['id']}").text
    assert "-3 sale SO-" in movements


def test_repeated_callbacks_change_nothing(shop, customer, product):
    order = shop.order(customer, product)
    reference = order["payments"][0]["reference"]
    event = {"amount_cents": order["total_cents"], "id": shop.unique("same")}
    assert shop.provider_says("captured", reference, **event).json["status"] == "processed"
    assert shop.provider_says("captured", reference, **event).json["status"] == "duplicate"
    assert shop.available(product) == 9


def test_callbacks_need_the_right_signature(shop, customer, product):
    reference = shop.order(customer, product)["payments"][0]["reference"]
    answer = shop.provider_says("captured", reference, signature="0" * 64)
    assert answer.status_code == 401


def test_callbacks_must_name_the_right_amount(shop, customer, product):
    order = shop.order(customer, product)
    answer = shop.provider_says("captured", order["payments"][0]["reference"], amount_cents=1)
    assert answer.status_code == 400
    assert status_of(customer, order) == "pending"


def test_unknown_callbacks_are_refused(shop, customer, product):
    reference = shop.order(customer, product)["payments"][0]["reference"]
    assert shop.provider_says("teleported", reference).status_code == 400
    assert shop.provider_says("captured", "pay-unknown", amount_cents=1).status_code == 404


def test_a_failed_payment_can_be_tried_again(shop, customer, product):
    order = shop.order(customer, product)
    shop.provider_says("failed", order["payments"][0]["reference"])
    payments = customer.api("GET", f"/orders/{order['number']}").json["payments"]
    assert [payment["status"] for payment in payments] == ["failed", "open"]


def test_the_provider_can_refund(shop, customer, product):
    order = shop.order(customer, product)
    reference = shop.pay(customer, order)
    shop.provider_says("refunded", reference, amount_cents=order["total_cents"])
    assert status_of(customer, order) == "refunded"

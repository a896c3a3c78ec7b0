"""What lands in a customer's inbox."""

from shopper import find


def test_new_customers_are_welcomed(shop, customer):
    assert customer.subjects() == ["Welcome"]
    page = customer.get("/notifications/")
    assert "Welcome</a> (new)" in page.text
    assert find(r'id="unread-count">(\d+)<', page) == "1"


def test_every_step_of_an_order_is_told(shop, customer, product):
    order = shop.paid_order(customer, product)
    shop.ship(order)
    number = order["number"]
    assert customer.subjects() == [
        f"Your order {number} is on its way",
        f"Payment received for {number}",
        f"Your order {number}",
        "Welcome",
    ]


def test_cancellation_is_told(shop, customer, product):
    order = shop.order(customer, product)
    customer.submit(f"/orders/{order['number']}/cancel")
    assert customer.subjects()[0] == f"Your order {order['number']} is cancelled"


def test_reading_a_message_marks_it(shop, customer, product):
    order = shop.order(customer, product)
    message_id = customer.api("GET", "/notifications/").json["items"][0]["id"]
    page = customer.get(f"/notifications/{message_id}")
    assert f"/payments/{order['number']}" in page.text
    assert find(r'id="unread-count">(\d+)<', page) == "1"
    assert shop.customer().get(f"/notifications/{message_id}").status_code == 404


def test_messages_are_read_over_the_api(customer):
    message = customer.api("GET", "/notifications/").json["items"][0]
    assert message["read"] is False
    assert customer.api("POST", f"/notifications/{message['id']}/read").json["read"] is True


def test_all_messages_are_marked_at_once(shop, customer, product):
    shop.order(customer, product)
    page = customer.submit("/notifications/read-all")
    assert "2 messages marked as read." in page.text
    assert find(r'id="unread-count">(\d+)<', page) == "0"


def test_preferences_switch_kinds_off(shop, customer, product):
    assert customer.get("/notifications/preferences").text.count("checked") == 3
    page = customer.submit("/notifications/preferences", stock_alerts="y")
    assert page.text.count("checked") == 1
    shop.order(customer, product)
    assert customer.subjects() == ["Welcome"]


def test_watchers_hear_once_that_a_product_is_back(shop, customer):
    product = shop.product(stock=0)
    path = f"/notifications/alerts/{product['id']}"
    assert "We tell you when" in customer.submit(path).text
    customer.submit(path)
    shop.restock(product, 3)
    shop.restock(product, -3, reason="correction")
    shop.restock(product, 3)
    assert customer.subjects() == [f"{product['name']} is back in stock", "Welcome"]


def test_reviewers_hear_of_publication(shop, customer, product):
    shop.paid_order(customer, product)
    shop.published_review(customer, product)
    assert customer.subjects()[0] == "Your review is published"

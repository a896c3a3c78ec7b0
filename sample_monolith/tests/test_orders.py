"""What becomes of an order."""


def test_customers_see_their_own_orders_only(shop, customer, product):
    order = shop.order(customer, product)
    assert order["number"] in customer.get("/orders/").text
    assert order["number"] in customer.get("/account/").text
    stranger = shop.customer()
    assert order["number"] not in stranger.get("/orders/").text
    assert stranger.get(f"/orders/{order['number']}").status_code == 404
    assert stranger.api("GET", f"/orders/{order['number']}").status_code == 404


def test_order_page_and_invoice(shop, customer, product):
    order = shop.order(customer, product, quantity=2)
    assert f"2 × {product['name']}" in customer.get(f"/orders/{order['number']}").text
    invoice = customer.get(f"/orders/{order['number']}/invoice")
    assert invoice.mimetype == "text/plain"
    assert "Quay 1" in invoice.text
    assert "€ 20.00" in invoice.text


def test_thanks_page_is_for_the_customer(shop, customer, product):
    path = f"/checkout/done/{shop.order(customer, product)['number']}"
    assert customer.get(path).status_code == 200
    assert shop.customer().get(path).status_code == 404


def test_orders_are_listed_newest_first(shop, customer, product):
    numbers = [shop.order(customer, product)["number"] for _ in range(3)]
    listed = customer.api("GET", "/orders").json
    assert [order["number"] for order in listed["items"]] == numbers[::-1]
    assert listed["total"] == 3


def test_cancelling_gives_the_stock_back(shop, customer, product):
    order = shop.order(customer, product, quantity=4)
    assert shop.available(product) == 6
    page = customer.submit(f"/orders/{order['number']}/cancel")
    assert 'id="status">cancelled' in page.text
    assert shop.available(product) == 10


def test_cancelling_a_paid_order_returns_money_and_goods(shop, customer, product):
    order = shop.paid_order(customer, product, quantity=4)
    answer = customer.api("POST", f"/orders/{order['number']}/cancel").json
    assert answer["status"] == "cancelled"
    assert answer["payments"][-1]["status"] == "refunded"
    assert answer["tracking_code"] is None
    assert shop.available(product) == 10


def test_an_order_is_cancelled_only_once(shop, customer, product):
    order = shop.order(customer, product)
    customer.api("POST", f"/orders/{order['number']}/cancel")
    again = customer.api("POST", f"/orders/{order['number']}/cancel")
    assert again.status_code == 409
    assert shop.available(product) == 10
    page = customer.submit(f"/orders/{order['number']}/cancel")
    assert "A cancelled order can&#39;t become cancelled." in page.text


def test_shipped_orders_can_not_be_cancelled(shop, customer, product):
    order = shop.paid_order(customer, product)
    shop.ship(order)
    assert customer.api("POST", f"/orders/{order['number']}/cancel").status_code == 409


def test_ordering_again_fills_the_cart(shop, customer, product):
    order = shop.order(customer, product, quantity=2)
    page = customer.submit(f"/orders/{order['number']}/reorder")
    assert page.request.path == "/cart/"
    assert customer.cart_count() == 2


def test_ordering_again_leaves_out_what_is_gone(shop, admin, customer, product):
    order = shop.order(customer, product)
    admin.submit(f"/backoffice/products/{product['id']}/retire")
    page = customer.submit(f"/orders/{order['number']}/reorder")
    assert f"{product['name']} is not available at the moment." in page.text


def test_history_of_an_order(shop, customer, product):
    order = shop.paid_order(customer, product)
    shop.carrier_says(shop.ship(order), delivered=True)
    history = customer.api("GET", f"/orders/{order['number']}").json["history"]
    assert history == ["pending", "paid", "shipped", "delivered"]

"""People who use the shop over HTTP, and nothing but HTTP.

Every test talks through these two classes. They need a client with the interface of Werkzeug's
test client and know nothing of the application behind it.
"""

import hashlib
import hmac
import itertools
import json
import os
import re

PASSWORD = "correct horse"
CALLBACK_SECRET = os.environ.get("PAYMENT_CALLBACK_SECRET", "sandbox-secret")
CARRIER_TOKEN = os.environ.get("CARRIER_TOKEN", "carrier-secret")
GOOD_CARD = "4242424242424242"
BAD_CARD = "4000000000000002"


def find(pattern, response):
    """Return the first group of the pattern in the page, complaining with the page if absent."""
    match = re.search(pattern, response.text, re.DOTALL)
    assert match, f"{pattern!r} is not in\n{response.text}"
    return match.group(1)


class Shopper:
    """One browser with its cookies, and the API token of whoever sits before it."""

    def __init__(self, client, name="Visitor", email=None):
        self.client = client
        self.name = name
        self.email = email
        self.token = None
        self._csrf_token = None

    def get(self, path, **options):
        return self.client.get(path, **options)

    def post(self, path, **options):
        return self.client.post(path, **options)

    def submit(self, path, follow=True, **fields):
        """Send a form with the CSRF token of this browser's session."""
        if self._csrf_token is None:
            self._csrf_token = find(r'name="csrf-token" content="([^"]+)"', self.get("/cart/"))
        data = {"csrf_token": self._csrf_token, **fields}
        return self.client.post(path, data=data, follow_redirects=follow)

    def api(self, method, path, body=None):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def register(self, password=PASSWORD):
        return self.submit(
            "/account/register",
            name=self.name,
            email=self.email,
            password=password,
            confirm=password,
        )

    def login(self, password=PASSWORD, path="/account/login", follow=True):
        return self.submit(path, follow=follow, email=self.email, password=password)

    def fetch_token(self, password=PASSWORD):
        answer = self.api("POST", "/tokens", {"email": self.email, "password": password})
        self.token = answer.json.get("token")
        return answer

    def address_id(self):
        return self.api("GET", "/me/addresses").json["items"][0]["id"]

    def cart_count(self):
        return int(find(r'id="cart-count">(\d+)<', self.get("/cart/")))

    def subjects(self):
        """The subjects in the inbox, newest first."""
        return [item["subject"] for item in self.api("GET", "/notifications/").json["items"]]


class Shop:
    """Makes what a test needs, each thing under a name of its own, all over HTTP."""

    def __init__(self, new_client):
        self.new_client = new_client
        self.numbers = itertools.count(1)
        self.admin = Shopper(new_client(), "Ada Admin", "ada@example.com")

    def open(self):
        """The first account of a fresh shop is its administrator; then say how parcels go."""
        if self.admin.register().status_code != 200:
            self.admin.login()
        self.admin.fetch_token()
        methods = {"standard": ("4.95", "1.00", ""), "express": ("9.95", "2.00", "NL,BE")}
        for code, (base, per_kg, countries) in methods.items():
            self.admin.submit(
                "/backoffice/shipping-methods",
                code=code,
                name=code.title(),
                base=base,
                per_kg=per_kg,
                countries=countries,
            )
        return self

    def unique(self, word):
        return f"{word}-{next(self.numbers)}"

    def visitor(self):
        return Shopper(self.new_client())

    def newcomer(self):
        """Somebody with a name and an address who hasn't registered yet."""
        name = self.unique("Customer")
        return Shopper(self.new_client(), name, f"{name.lower()}@example.com")

    def customer(self, country="NL"):
        """Somebody with an account, an API token and, unless told otherwise, an address."""
        customer = self.newcomer()
        assert customer.register().status_code == 200
        assert customer.fetch_token().status_code == 201
        if country:
            address = {"recipient": customer.name, "street": "Quay 1", "city": "Port"}
            address |= {"postcode": "1000", "country": country}
            assert customer.api("POST", "/me/addresses", address).status_code == 201
        return customer

    def staff(self):
        member = self.customer(country=None)
        user_id = member.api("GET", "/me").json["id"]
        self.admin.submit(f"/backoffice/users/{user_id}/role", role="staff")
        return member

    def product(self, price_cents=1000, stock=10, **fields):
        body = {"sku": self.unique("SKU"), "name": self.unique("Thing")}
        body |= {"price_cents": price_cents, **fields}
        answer = self.admin.api("POST", "/admin/products", body)
        assert answer.status_code == 201, answer.text
        if stock:
            self.restock(answer.json, stock)
        return answer.json | {"slug": answer.json["url"].rsplit("/", 1)[-1]}

    def restock(self, product, delta, **fields):
        path = f"/admin/products/{product['id']}/stock"
        return self.admin.api("POST", path, {"delta": delta, **fields})

    def available(self, product):
        return self.visitor().api("GET", f"/products/{product['id']}/stock").json["available"]

    def category(self, name=None, parent_id=0):
        """Add a category in the back office; return its number and slug."""
        name = name or self.unique("Category")
        page = self.admin.submit("/backoffice/categories", name=name, parent_id=parent_id)
        number = find(rf'data-category="(\d+)">(?:[^<]* / )?{name}<', page)
        return int(number), name.lower()

    def promotion(self, kind="percent", value=10, **fields):
        code = self.unique("CODE")
        page = self.admin.submit(
            "/backoffice/promotions",
            **{"code": code, "kind": kind, "value": value, "minimum": "0", **fields},
        )
        assert page.status_code == 200, page.text
        return code

    def promotion_id(self, code):
        return find(rf'data-promotion="(\d+)">{code}:', self.admin.get("/backoffice/promotions"))

    def order(self, customer, product, quantity=1, method="standard", code=None):
        """Fill the cart of a customer and order what is in it."""
        item = {"product_id": product["id"], "quantity": quantity}
        assert customer.api("POST", "/cart/items", item).status_code == 201
        if code:
            assert customer.api("PUT", "/cart/promotion", {"code": code}).status_code == 200
        body = {"address_id": customer.address_id(), "shipping_method": method}
        answer = customer.api("POST", "/checkout", body)
        assert answer.status_code == 201, answer.text
        return answer.json

    def provider_says(self, kind, reference, signature=None, **fields):
        """Call back as the payment provider does, signed."""
        event = {"id": self.unique("evt"), "type": kind, "reference": reference, **fields}
        body = json.dumps(event).encode()
        digest = hmac.new(CALLBACK_SECRET.encode(), body, hashlib.sha256).hexdigest()
        return self.new_client().post(
            "/payments/callback",
            data=body,
            content_type="application/json",
            headers={"X-Signature": signature or digest},
        )

    def pay(self, customer, order):
        answer = customer.api("POST", f"/orders/{order['number']}/pay", {"card_number": GOOD_CARD})
        assert answer.status_code == 200, answer.text
        reference, amount = answer.json["reference"], order["total_cents"]
        captured = self.provider_says("captured", reference, amount_cents=amount)
        assert captured.status_code == 200, captured.text
        return reference

    def paid_order(self, customer, product, **options):
        order = self.order(customer, product, **options)
        self.pay(customer, order)
        return order

    def ship(self, order):
        answer = self.admin.api("POST", f"/admin/orders/{order['number']}/ship")
        assert answer.status_code == 200, answer.text
        return answer.json["tracking_code"]

    def carrier_says(self, tracking_code, delivered=False, token=CARRIER_TOKEN):
        return self.new_client().post(
            "/shipping/carrier-events",
            json={
                "tracking_code": tracking_code,
                "description": "At the depot",
                "delivered": delivered,
            },
            headers={"X-Carrier-Token": token},
        )

    def published_review(self, customer, product, rating=5, title="Splendid"):
        """Have a buyer write a review and staff publish it; return its number."""
        body = {"rating": rating, "title": title, "body": "I use it daily."}
        answer = customer.api("POST", f"/products/{product['id']}/reviews/", body)
        assert answer.status_code == 201, answer.text
        review_id = answer.json["id"]
        self.admin.submit(f"/backoffice/reviews/{review_id}", verdict="publish")
        return review_id

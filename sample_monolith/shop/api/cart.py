"""The cart of the token's owner."""

from flask import Blueprint, jsonify
from flask.views import MethodView
from flask_login import current_user

from shop.accounts.decorators import token_required
from shop.api.schemas import cart_as_json, integer, json_body
from shop.cart import services
from shop.checkout.pricing import price_cart
from shop.extensions import db
from shop.models import Product

cart = Blueprint("cart", __name__)


def answer(current, status=200):
    quote = price_cart(current, current_user) if current and current.items else None
    return jsonify(cart_as_json(current, quote)), status


@cart.get("/")
@token_required
def show():
    return answer(services.current_cart())


@cart.post("/items")
@token_required
def add_item():
    body = json_body("product_id")
    product = db.get_or_404(Product, integer(body, "product_id"))
    current = services.current_cart(create=True)
    services.add_product(current, product, integer(body, "quantity", default=1, minimum=1))
    return answer(current, 201)


class CartItemResource(MethodView):
    decorators = (token_required,)

    def put(self, product_id):
        product = db.get_or_404(Product, product_id)
        current = services.current_cart(create=True)
        services.set_quantity(current, product, integer(json_body(), "quantity", minimum=0))
        return answer(current)

    def delete(self, product_id):
        current = services.current_cart(create=True)
        services.set_quantity(current, db.get_or_404(Product, product_id), 0)
        return answer(current)


@cart.put("/promotion")
@token_required
def set_promotion():
    current = services.current_cart(create=True)
    services.apply_code(current, str(json_body("code")["code"]))
    return answer(current)


cart.add_url_rule("/items/<int:product_id>", view_func=CartItemResource.as_view("item"))

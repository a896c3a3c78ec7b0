"""Placing and following orders."""

from flask import Blueprint, abort, jsonify
from flask_login import current_user
from sqlalchemy import select

from shop.accounts.decorators import token_required
from shop.accounts.services import own_address
from shop.api.schemas import integer, json_body, order_as_json
from shop.cart.services import open_cart_of
from shop.checkout.services import Checkout
from shop.extensions import db
from shop.orders import services
from shop.payments.services import pay_by_card
from shop.shipping.models import ShippingMethod
from shop.utils import page_as_json, paginate

orders = Blueprint("orders", __name__)


@orders.post("/checkout")
@token_required
def checkout():
    body = json_body("address_id", "shipping_method")
    method = db.session.scalar(select(ShippingMethod).filter_by(code=str(body["shipping_method"])))
    if method is None:
        abort(400, description="There is no such shipping method.")
    address = own_address(current_user, integer(body, "address_id"))
    attempt = Checkout(current_user._get_current_object(), open_cart_of(current_user.id))
    order = attempt.place(address, method, str(body.get("note", "")))
    return jsonify(order_as_json(order)), 201


@orders.get("/orders")
@token_required
def index():
    return page_as_json(paginate(services.orders_of(current_user)), order_as_json)


@orders.get("/orders/<number>")
@token_required
def show(number):
    return jsonify(order_as_json(services.own_order(current_user, number)))


@orders.post("/orders/<number>/pay")
@token_required
def pay(number):
    card_number = str(json_body("card_number")["card_number"])
    payment = pay_by_card(services.own_order(current_user, number), card_number)
    return jsonify(reference=payment.reference, status=payment.status.value)


@orders.post("/orders/<number>/cancel")
@token_required
def cancel(number):
    order = services.own_order(current_user, number)
    services.cancel(order)
    return jsonify(order_as_json(order))

"""The JSON API: ``/api/v1/…``, one child blueprint per subject."""

from flask import Blueprint

from shop.api.accounts import accounts
from shop.api.admin import admin
from shop.api.cart import cart
from shop.api.notifications import notifications
from shop.api.orders import orders
from shop.api.products import products
from shop.api.reviews import reviews
from shop.api.shipping import shipping

API_BLUEPRINTS = (accounts, admin, cart, notifications, orders, products, reviews, shipping)

v1 = Blueprint("v1", __name__, url_prefix="/v1")
v1.register_blueprint(accounts)
v1.register_blueprint(products, url_prefix="/products")
v1.register_blueprint(cart, url_prefix="/cart")
v1.register_blueprint(orders)
v1.register_blueprint(reviews)
v1.register_blueprint(notifications, url_prefix="/notifications")
v1.register_blueprint(shipping)
v1.register_blueprint(admin, url_prefix="/admin")

api = Blueprint("api", __name__, url_prefix="/api")
api.register_blueprint(v1)

"""Harbour & Co., an online store that grew for years."""

import os
from importlib import import_module

from flask import Flask, jsonify

from shop.config import Config
from shop.extensions import csrf, db, login_manager


def create_app(overrides=None):
    """Build the application: settings, extensions, blueprints, receivers, hooks, commands."""
    app = Flask(__name__)
    app.config.from_object(Config)
    app.config.from_mapping(overrides or {})
    app.config["UPLOAD_FOLDER"] = app.config["UPLOAD_FOLDER"] or os.path.join(
        app.instance_path, "uploads"
    )

    db.init_app(app)
    csrf.init_app(app)
    login_manager.init_app(app)

    register_blueprints(app)
    connect_receivers()

    from shop.cli import register_commands
    from shop.hooks import register_hooks

    register_hooks(app)
    register_commands(app)
    app.add_url_rule("/health", "health", health)
    return app


def register_blueprints(app):
    from shop.accounts.views import accounts
    from shop.api import API_BLUEPRINTS, api
    from shop.backoffice import backoffice
    from shop.cart.views import cart
    from shop.catalogue.views import catalogue
    from shop.checkout.views import checkout
    from shop.notifications.views import notifications
    from shop.orders.views import orders
    from shop.payments.views import payments
    from shop.reviews.views import reviews
    from shop.shipping.views import shipping

    app.register_blueprint(accounts)
    app.register_blueprint(catalogue)
    app.register_blueprint(cart, url_prefix="/cart")
    app.register_blueprint(checkout, url_prefix="/checkout")
    app.register_blueprint(orders)
    app.register_blueprint(payments)
    app.register_blueprint(shipping, url_prefix="/shipping")
    app.register_blueprint(reviews)
    app.register_blueprint(notifications, url_prefix="/notifications")
    app.register_blueprint(backoffice)
    app.register_blueprint(api)
    for blueprint in API_BLUEPRINTS:
        csrf.exempt(blueprint)  # they take bearer tokens, never cookies


def connect_receivers():
    """Import the modules that listen to signals; nothing else needs to know them."""
    import_module("shop.catalogue.receivers")
    import_module("shop.notifications.receivers")
    import_module("shop.shipping.receivers")


def health():
    return jsonify(status="ok")

"""What happens around every request: hooks, template helpers and error pages."""

from flask import flash, g, redirect, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from shop.cart.services import current_cart
from shop.exceptions import ShopError
from shop.extensions import db
from shop.notifications.services import unread_count
from shop.utils import format_money, is_safe_target, json_error, utcnow, wants_json


def touch_last_seen(app):
    """Remember when the user was last here, at most once per interval."""
    if request.endpoint == "static" or not current_user.is_authenticated:
        return
    now = utcnow()
    seen = current_user.last_seen_at
    interval = app.config["LAST_SEEN_INTERVAL_SECONDS"]
    if seen is None or (now - seen).total_seconds() > interval:
        current_user.last_seen_at = now
        db.session.commit()


def add_security_headers(response):
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    if current_user.is_authenticated:
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def navigation():
    """Give every page the numbers that its header shows."""
    cart = current_cart()
    return {
        "cart_count": cart.count if cart else 0,
        "unread_count": unread_count(current_user) if current_user.is_authenticated else 0,
    }


def format_datetime(value, pattern="%d %b %Y, %H:%M"):
    return value.strftime(pattern) if value else "never"


def stars(rating):
    full = round(rating or 0)
    return "★" * full + "☆" * (5 - full)


def handle_shop_error(error):
    db.session.rollback()
    if wants_json():
        return json_error(error.message, error.status_code)
    if request.method == "POST" and is_safe_target(g.get("form_page")):
        flash(error.message, "error")
        return redirect(g.form_page)
    return render_template("errors/problem.html", message=error.message), error.status_code


def handle_csrf_error(error):
    if wants_json():
        return json_error(error.description, 400)
    return render_template("errors/problem.html", message=error.description), 400


def handle_http_error(error):
    if wants_json():
        return json_error(error.description, error.code)
    if error.code == 404:
        return render_template("errors/not_found.html"), 404
    return render_template("errors/problem.html", message=error.description), error.code


def register_hooks(app):
    @app.before_request
    def remember_visit():
        touch_last_seen(app)

    app.after_request(add_security_headers)
    app.context_processor(navigation)

    app.add_template_filter(format_money, "money")
    app.add_template_filter(format_datetime, "datetime")
    app.template_filter("stars")(stars)

    app.register_error_handler(ShopError, handle_shop_error)
    app.register_error_handler(CSRFError, handle_csrf_error)
    app.register_error_handler(HTTPException, handle_http_error)

    @app.context_processor
    def shop_name():
        return {"shop_name": app.config["SHOP_NAME"]}

"""A customer's own orders."""

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from shop.cart.services import current_cart
from shop.orders import services
from shop.utils import paginate

orders = Blueprint("orders", __name__, url_prefix="/orders")


@orders.before_request
@login_required
def errors_return_to_order():
    if request.view_args and "number" in request.view_args:
        g.form_page = url_for("orders.detail", number=request.view_args["number"])


@orders.get("/")
def index():
    return render_template("orders/index.html", page=paginate(services.orders_of(current_user)))


@orders.get("/<number>")
def detail(number):
    return render_template("orders/detail.html", order=services.own_order(current_user, number))


@orders.post("/<number>/cancel")
def cancel(number):
    services.cancel(services.own_order(current_user, number))
    flash(f"Order {number} is cancelled.", "info")
    return redirect(url_for(".detail", number=number))


@orders.post("/<number>/reorder")
def reorder(number):
    order = services.own_order(current_user, number)
    for name in services.reorder(order, current_cart(create=True)):
        flash(f"{name} is not available at the moment.", "error")
    return redirect(url_for("cart.view"))


@orders.get("/<number>/invoice")
def invoice(number):
    order = services.own_order(current_user, number)
    text = render_template("orders/invoice.txt", order=order)
    return Response(text, mimetype="text/plain")

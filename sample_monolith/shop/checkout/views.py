"""The two steps from the cart to the payment page."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_login import current_user, login_required

from shop.accounts.services import own_address
from shop.cart.services import open_cart_of
from shop.checkout.services import Checkout
from shop.extensions import db
from shop.forms import CheckoutForm
from shop.orders.services import own_order
from shop.shipping.models import ShippingMethod
from shop.shipping.services import enabled_methods

checkout = Blueprint("checkout", __name__)


@checkout.before_request
@login_required
def errors_return_to_cart():
    g.form_page = url_for("cart.view")


def checkout_form():
    form = CheckoutForm()
    form.address_id.choices = [
        (address.id, f"{address.recipient}, {address.city}") for address in current_user.addresses
    ]
    form.shipping_method_id.choices = [(method.id, method.name) for method in enabled_methods()]
    return form


@checkout.route("/", methods=["GET", "POST"])
def start():
    cart = open_cart_of(current_user.id)
    if cart is None or not cart.items:
        flash("Your cart is empty.", "info")
        return redirect(url_for("cart.view"))
    if not current_user.addresses:
        flash("Where should we deliver? Please add an address.", "info")
        return redirect(url_for("accounts.addresses", next=url_for(".start")))
    form = checkout_form()
    if form.validate_on_submit():
        order = Checkout(current_user, cart).place(
            own_address(current_user, form.address_id.data),
            db.get_or_404(ShippingMethod, form.shipping_method_id.data),
            form.note.data,
        )
        return redirect(url_for(".done", number=order.number))
    status = 400 if form.errors else 200
    return render_template("checkout/start.html", form=form, cart=cart), status


@checkout.get("/done/<number>")
def done(number):
    return render_template("checkout/done.html", order=own_order(current_user, number))

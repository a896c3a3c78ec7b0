"""The payment page, and the callback that the provider calls."""

from flask import Blueprint, abort, flash, g, jsonify, redirect, render_template, request, url_for
from flask_login import current_user, login_required

from shop.extensions import csrf
from shop.forms import CardForm
from shop.orders.services import own_order
from shop.payments import services

payments = Blueprint("payments", __name__, url_prefix="/payments")


@payments.route("/<number>", methods=["GET", "POST"])
@login_required
def pay(number):
    g.form_page = url_for(".pay", number=number)
    order = own_order(current_user, number)
    form = CardForm()
    if form.validate_on_submit():
        services.pay_by_card(order, form.card_number.data)
        flash("Thank you. We send your order once the payment is confirmed.", "success")
        return redirect(url_for("orders.detail", number=number))
    status = 400 if form.errors else 200
    payment = services.latest_payment(order)
    return render_template("payments/pay.html", order=order, payment=payment, form=form), status


@payments.post("/callback")
@csrf.exempt
def callback():
    services.check_signature(request.get_data(), request.headers.get("X-Signature", ""))
    event = request.get_json()
    if not isinstance(event, dict) or not {"id", "type", "reference"} <= event.keys():
        abort(400, description="An event needs id, type and reference.")
    fresh = services.CallbackHandler(event).handle()
    return jsonify(status="processed" if fresh else "duplicate")

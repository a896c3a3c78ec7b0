"""Everybody's orders."""

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import RefundForm
from shop.models import Order, OrderStatus, User
from shop.orders import services
from shop.payments.services import refund_order
from shop.shipping.services import dispatch
from shop.utils import audit, paginate, to_cents


@backoffice.get("/orders")
def orders():
    statement = select(Order).options(joinedload(Order.customer)).order_by(Order.id.desc())
    if status := request.args.get("status"):
        known = [entry for entry in OrderStatus if entry.value == status]
        statement = statement.where(Order.status.in_(known))
    if email := request.args.get("email"):
        statement = statement.join(User).where(User.email == email.lower())
    return render_template("backoffice/orders.html", page=paginate(statement))


@backoffice.get("/orders/<number>")
def order_detail(number):
    order = services.by_number(number)
    return render_template("backoffice/order.html", order=order, form=RefundForm())


@backoffice.post("/orders/<number>/ship")
def ship_order(number):
    g.form_page = url_for(".order_detail", number=number)
    shipment = dispatch(services.by_number(number))
    flash(f"Parcel {shipment.tracking_code} is on its way.", "success")
    return redirect(g.form_page)


@backoffice.post("/orders/<number>/cancel")
def cancel_order(number):
    g.form_page = url_for(".order_detail", number=number)
    audit("order.cancel", number)
    services.cancel(services.by_number(number), remark="Cancelled by staff")
    flash(f"Order {number} is cancelled.", "info")
    return redirect(g.form_page)


@backoffice.post("/orders/<number>/refund")
def refund(number):
    g.form_page = url_for(".order_detail", number=number)
    order = services.by_number(number)
    form = RefundForm()
    if form.validate_on_submit():
        amount = None if form.amount.data is None else to_cents(form.amount.data)
        if refund_order(order, amount, form.reason.data):
            services.mark_refunded(order)
        audit("order.refund", number, form.reason.data)
        db.session.commit()
        flash("The money is on its way back.", "success")
    return redirect(g.form_page)

"""Ways to send a parcel."""

from flask import flash, g, redirect, render_template, url_for

from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import ShippingMethodForm
from shop.shipping import services
from shop.shipping.models import ShippingMethod
from shop.utils import to_cents


@backoffice.route("/shipping-methods", methods=["GET", "POST"])
def shipping_methods():
    g.form_page = url_for(".shipping_methods")
    form = ShippingMethodForm()
    if form.validate_on_submit():
        method = services.create_method(
            form.code.data,
            form.name.data,
            to_cents(form.base.data),
            to_cents(form.per_kg.data),
            form.countries.data,
        )
        flash(f"{method.name} is on offer.", "success")
        return redirect(g.form_page)
    methods = ShippingMethod.query.order_by(ShippingMethod.id).all()
    status = 400 if form.errors else 200
    return render_template("backoffice/shipping.html", form=form, methods=methods), status


@backoffice.post("/shipping-methods/<int:method_id>/toggle")
def toggle_shipping_method(method_id):
    services.toggle_method(db.get_or_404(ShippingMethod, method_id))
    return redirect(url_for(".shipping_methods"))

"""Booking goods in and out, and unpaid orders that hold them."""

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import ReorderLevelForm, StockForm
from shop.inventory import services
from shop.inventory.models import MovementReason, StockItem, StockMovement
from shop.models import Product
from shop.orders.services import cancel_stale
from shop.signals import stock_replenished
from shop.utils import audit, hours_ago, paginate


@backoffice.get("/stock")
def stock():
    statement = select(StockItem).join(Product).order_by(Product.sku)
    if request.args.get("low") == "1":
        statement = statement.where(
            StockItem.on_hand - StockItem.reserved <= StockItem.reorder_level
        )
    return render_template("backoffice/stock.html", page=paginate(statement))


@backoffice.route("/stock/<int:product_id>", methods=["GET", "POST"])
def adjust_stock(product_id):
    g.form_page = url_for(".adjust_stock", product_id=product_id)
    product = db.get_or_404(Product, product_id)
    form = StockForm()
    if form.validate_on_submit():
        book(product, form.delta.data, MovementReason(form.reason.data), form.reference.data)
        flash(f"Stock of {product.name} is {product.available}.", "success")
        return redirect(g.form_page)
    movements = (
        StockMovement.query.filter_by(product_id=product.id).order_by(StockMovement.id.desc()).all()
    )
    return render_template(
        "backoffice/stock_form.html",
        form=form,
        level_form=ReorderLevelForm(reorder_level=services.stock_of(product.id).reorder_level),
        product=product,
        movements=movements,
    )


def book(product, delta, reason, reference=""):
    """Change the stock, log it, and tell those who wait for the product."""
    replenished = services.adjust(product.id, delta, reason, reference)
    audit("stock.adjust", product.sku, f"{delta:+d} {reason.value}")
    db.session.commit()
    if replenished:
        stock_replenished.send("inventory", product=product)


@backoffice.post("/stock/<int:product_id>/reorder-level")
def reorder_level(product_id):
    product = db.get_or_404(Product, product_id)
    form = ReorderLevelForm()
    if form.validate_on_submit():
        services.set_reorder_level(product.id, form.reorder_level.data)
        db.session.commit()
        flash("The level is saved.", "success")
    return redirect(url_for(".adjust_stock", product_id=product.id))


@backoffice.post("/stock/release-stale")
def release_stale():
    hours = request.form.get("hours", default=48, type=int)
    cancelled = cancel_stale(hours_ago(hours))
    flash(f"{cancelled} unpaid orders cancelled.", "info")
    return redirect(url_for(".stock"))

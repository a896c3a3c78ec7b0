"""Discount codes."""

from flask import flash, g, redirect, render_template, url_for

from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import PromotionForm
from shop.promotions import services
from shop.promotions.models import Promotion, PromotionKind
from shop.utils import audit, to_cents


@backoffice.route("/promotions", methods=["GET", "POST"])
def promotions():
    g.form_page = url_for(".promotions")
    form = PromotionForm()
    if form.validate_on_submit():
        promotion = services.create_promotion(
            code=form.code.data,
            kind=PromotionKind(form.kind.data),
            value=form.value.data,
            minimum_cents=to_cents(form.minimum.data),
            starts_on=form.starts_on.data,
            ends_on=form.ends_on.data,
            max_uses=form.max_uses.data,
        )
        flash(f"Code {promotion.code} is ready.", "success")
        return redirect(g.form_page)
    listed = Promotion.query.order_by(Promotion.id.desc()).all()
    status = 400 if form.errors else 200
    return render_template("backoffice/promotions.html", form=form, promotions=listed), status


@backoffice.post("/promotions/<int:promotion_id>/toggle")
def toggle_promotion(promotion_id):
    promotion = db.get_or_404(Promotion, promotion_id)
    audit("promotion.toggle", promotion.code)
    services.toggle_promotion(promotion)
    return redirect(url_for(".promotions"))

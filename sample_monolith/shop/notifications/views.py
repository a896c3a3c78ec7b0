"""The inbox and its settings."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_login import current_user, login_required
from sqlalchemy import select

from shop.extensions import db
from shop.forms import PreferenceForm
from shop.models import Product
from shop.notifications import services
from shop.notifications.models import Notification
from shop.utils import paginate

notifications = Blueprint("notifications", __name__)


@notifications.before_request
@login_required
def require_login():
    """Everything here is personal."""


@notifications.get("/")
def index():
    return render_template("notifications/index.html", page=paginate(services.inbox(current_user)))


@notifications.get("/<int:message_id>")
def show(message_id):
    message = db.first_or_404(
        select(Notification).filter_by(id=message_id, user_id=current_user.id)
    )
    services.mark_read(message)
    return render_template("notifications/show.html", message=message)


@notifications.post("/read-all")
def read_all():
    flash(f"{services.mark_all_read(current_user)} messages marked as read.", "info")
    return redirect(url_for(".index"))


@notifications.route("/preferences", methods=["GET", "POST"])
def preferences():
    settings = services.preferences_of(current_user)
    form = PreferenceForm(obj=settings)
    if form.validate_on_submit():
        form.populate_obj(settings)
        db.session.commit()
        flash("Your preferences are saved.", "success")
        return redirect(url_for(".preferences"))
    return render_template("notifications/preferences.html", form=form)


@notifications.post("/alerts/<int:product_id>")
def watch(product_id):
    product = db.get_or_404(Product, product_id)
    services.watch_stock(current_user, product)
    flash(f"We tell you when {product.name} is back.", "success")
    return redirect(url_for("catalogue.product", slug=product.slug))

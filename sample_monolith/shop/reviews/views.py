"""Pages for writing reviews."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask_login import current_user, login_required
from sqlalchemy import select

from shop.catalogue.search import active_products
from shop.extensions import db
from shop.forms import ReviewForm
from shop.reviews import services
from shop.reviews.models import Review

reviews = Blueprint("reviews", __name__)


@reviews.route("/products/<slug>/reviews/new", methods=["GET", "POST"])
@login_required
def write(slug):
    g.form_page = url_for("catalogue.product", slug=slug)
    product = db.first_or_404(active_products().filter_by(slug=slug))
    form = ReviewForm()
    if form.validate_on_submit():
        services.write_review(
            current_user, product, form.rating.data, form.title.data, form.body.data
        )
        flash("Thank you. We read your review and publish it soon.", "success")
        return redirect(g.form_page)
    status = 400 if form.errors else 200
    return render_template("reviews/write.html", form=form, product=product), status


@reviews.get("/reviews/mine")
@login_required
def mine():
    return render_template("reviews/mine.html", reviews=current_user.reviews)


@reviews.post("/reviews/<int:review_id>/helpful")
@login_required
def helpful(review_id):
    review = db.get_or_404(Review, review_id)
    g.form_page = url_for("catalogue.product", slug=review.product.slug)
    count = services.vote(review, current_user)
    flash(f"{count} found this review helpful.", "info")
    return redirect(g.form_page)


@reviews.post("/reviews/<int:review_id>/delete")
@login_required
def delete(review_id):
    review = db.first_or_404(select(Review).filter_by(id=review_id, user_id=current_user.id))
    services.remove_review(review)
    flash("Your review is gone.", "info")
    return redirect(url_for(".mine"))

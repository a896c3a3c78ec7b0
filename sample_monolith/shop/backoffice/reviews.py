"""Reading reviews before everybody else does."""

from flask import abort, flash, redirect, render_template, url_for

from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import ModerationForm
from shop.reviews import services
from shop.reviews.models import Review, ReviewStatus
from shop.utils import audit, paginate


@backoffice.get("/reviews")
def reviews():
    waiting = paginate(services.reviews_with_status(ReviewStatus.PENDING))
    return render_template("backoffice/reviews.html", page=waiting, form=ModerationForm())


@backoffice.post("/reviews/<int:review_id>")
def moderate_review(review_id):
    review = db.get_or_404(Review, review_id)
    form = ModerationForm()
    if not form.validate_on_submit():
        abort(400, description="Publish or reject?")
    audit(f"review.{form.verdict.data}", f"review {review.id}")
    services.moderate(review, publish=form.verdict.data == "publish")
    flash("The verdict is saved.", "success")
    return redirect(url_for(".reviews"))

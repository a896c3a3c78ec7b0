"""Writing, judging and voting."""

from sqlalchemy import func, select

from shop.catalogue.services import refresh_rating
from shop.exceptions import ShopError
from shop.extensions import db
from shop.reviews.models import Review, ReviewStatus, ReviewVote
from shop.signals import review_published


class NotABuyer(ShopError):
    status_code = 403


def write_review(user, product, rating, title, body=""):
    """Add a review that waits for the back office; one per buyer and product."""
    if not user.has_bought(product):
        raise NotABuyer("Only customers who bought this can review it.")
    if Review.query.filter_by(product_id=product.id, user_id=user.id).first():
        raise ShopError("You reviewed this already.")
    review = Review(product_id=product.id, user_id=user.id, rating=rating, title=title, body=body)
    db.session.add(review)
    db.session.commit()
    return review


def moderate(review, publish):
    review.status = ReviewStatus.PUBLISHED if publish else ReviewStatus.REJECTED
    db.session.commit()
    review_published.send("reviews", review=review)


def remove_review(review):
    """Delete a review and let the rating follow."""
    product_id, was_published = review.product_id, review.status is ReviewStatus.PUBLISHED
    db.session.delete(review)
    db.session.commit()
    if was_published:
        refresh_rating(product_id)


def vote(review, user):
    """Say that a review helped; saying it twice takes it back."""
    if review.user_id == user.id:
        raise ShopError("You can't vote for your own review.")
    known = ReviewVote.query.filter_by(review_id=review.id, user_id=user.id).first()
    if known:
        db.session.delete(known)
    else:
        db.session.add(ReviewVote(review_id=review.id, user_id=user.id))
    db.session.commit()
    return db.session.scalar(select(func.count(ReviewVote.id)).filter_by(review_id=review.id))


def reviews_with_status(status):
    return select(Review).filter_by(status=status).order_by(Review.id)

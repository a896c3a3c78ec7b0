"""What the catalogue does when something happens elsewhere."""

from shop.catalogue.services import refresh_rating
from shop.signals import review_published


@review_published.connect
def follow_reviews(sender, review):
    refresh_rating(review.product_id)

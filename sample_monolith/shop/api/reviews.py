"""Reviews of a product."""

from flask import Blueprint, jsonify
from flask_login import current_user

from shop.accounts.decorators import token_required
from shop.api.schemas import integer, json_body, review_as_json
from shop.extensions import db
from shop.models import Product
from shop.reviews.services import write_review

reviews = Blueprint("reviews", __name__, url_prefix="/products/<int:product_id>/reviews")


@reviews.get("/")
def index(product_id):
    product = db.get_or_404(Product, product_id)
    return jsonify(items=[review_as_json(review) for review in product.published_reviews()])


@reviews.post("/")
@token_required
def create(product_id):
    product = db.get_or_404(Product, product_id)
    body = json_body("rating", "title")
    rating = min(integer(body, "rating", minimum=1), 5)
    review = write_review(
        current_user, product, rating, str(body["title"]), str(body.get("body", ""))
    )
    return jsonify(review_as_json(review)), 201

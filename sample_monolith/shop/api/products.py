"""The catalogue, for programs."""

from flask import Blueprint, jsonify, request
from flask.views import MethodView
from sqlalchemy import select

from shop.api.schemas import category_as_json, product_as_json
from shop.catalogue.search import active_products, search_products
from shop.extensions import db
from shop.inventory.services import available
from shop.models import Category, Product, Tag
from shop.utils import page_as_json, paginate

products = Blueprint("products", __name__)


def optional_filters():
    """Turn slugs in the query string into rows; unknown ones are not found."""
    filters = {}
    if slug := request.args.get("category"):
        filters["category"] = db.first_or_404(select(Category).filter_by(slug=slug))
    if name := request.args.get("tag"):
        filters["tag"] = db.first_or_404(select(Tag).filter_by(name=name))
    return filters


class ProductList(MethodView):
    def get(self):
        statement = search_products(
            query=request.args.get("q", ""),
            ordering=request.args.get("sort", "newest"),
            in_stock=request.args.get("in_stock") == "1",
            **optional_filters(),
        )
        return page_as_json(paginate(statement), product_as_json)


@products.get("/<int:product_id>")
def show(product_id):
    product = db.first_or_404(active_products().where(Product.id == product_id))
    return jsonify(product_as_json(product))


@products.get("/<int:product_id>/stock")
def stock(product_id):
    product = db.get_or_404(Product, product_id)
    return jsonify(product_id=product.id, available=available(product.id))


@products.get("/categories")
def categories():
    roots = Category.query.filter_by(parent_id=None).order_by(Category.name).all()
    return jsonify(items=[category_as_json(root) for root in roots])


products.add_url_rule("/", view_func=ProductList.as_view("index"))

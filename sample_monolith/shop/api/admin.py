"""What the warehouse and the bookkeeper automate; staff tokens only."""

from flask import Blueprint, abort, jsonify, request
from sqlalchemy import select

from shop.accounts.decorators import staff_token_required
from shop.api.schemas import integer, json_body, order_as_json, product_as_json
from shop.backoffice.stock import book
from shop.catalogue import services as catalogue
from shop.extensions import db
from shop.inventory.models import MovementReason
from shop.inventory.services import low_stock, stock_of
from shop.models import Category, Product
from shop.orders.services import by_number
from shop.reporting.services import best_sellers, sales_by_category
from shop.reporting.views import period
from shop.shipping.services import dispatch
from shop.utils import audit

admin = Blueprint("admin", __name__)


@admin.before_request
@staff_token_required
def require_staff():
    """Nobody else gets past this."""


@admin.post("/products")
def create_product():
    body = json_body("sku", "name", "price_cents")
    category_id = None
    if slug := body.get("category"):
        category_id = db.first_or_404(select(Category).filter_by(slug=str(slug))).id
    product = catalogue.create_product(
        sku=str(body["sku"]),
        name=str(body["name"]),
        price_cents=integer(body, "price_cents", minimum=0),
        weight_grams=integer(body, "weight_grams", default=0, minimum=0),
        description=str(body.get("description", "")),
        tags=str(body.get("tags", "")),
        category_id=category_id,
    )
    stock_of(product.id)
    audit("product.create", product.sku, "by API")
    db.session.commit()
    return jsonify(product_as_json(product)), 201


@admin.patch("/products/<int:product_id>")
def reprice_product(product_id):
    product = db.get_or_404(Product, product_id)
    product.price_cents = integer(json_body("price_cents"), "price_cents", minimum=0)
    audit("product.reprice", product.sku, "by API")
    db.session.commit()
    return jsonify(product_as_json(product))


@admin.post("/products/<int:product_id>/stock")
def adjust_stock(product_id):
    product = db.get_or_404(Product, product_id)
    body = json_body("delta")
    try:
        reason = MovementReason(body.get("reason", "receipt"))
    except ValueError:
        abort(400, description="There is no such reason.")
    book(product, integer(body, "delta"), reason, str(body.get("reference", "")))
    return jsonify(product_id=product.id, available=product.available)


@admin.get("/stock/low")
def list_low_stock():
    return jsonify(
        items=[
            {"sku": item.product.sku, "available": item.available, "level": item.reorder_level}
            for item in low_stock()
        ]
    )


@admin.get("/orders/<number>")
def show_order(number):
    return jsonify(order_as_json(by_number(number)))


@admin.post("/orders/<number>/ship")
def ship_order(number):
    shipment = dispatch(by_number(number))
    return jsonify(tracking_code=shipment.tracking_code, status=shipment.status.value)


@admin.get("/reports/sales")
def sales_report():
    return jsonify(items=sales_by_category(*period()))


@admin.get("/reports/best-sellers")
def best_sellers_report():
    how_many = request.args.get("limit", default=20, type=int)
    return jsonify(items=best_sellers(*period(), how_many=how_many))

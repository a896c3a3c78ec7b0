"""Pages on which people look for things to buy."""

from flask import Blueprint, abort, current_app, render_template, request, send_from_directory
from flask_login import current_user
from sqlalchemy import select

from shop.catalogue.search import active_products, related_products, search_products
from shop.catalogue.services import category_tree
from shop.extensions import db
from shop.forms import CartItemForm
from shop.models import Category, Product, Tag
from shop.utils import paginate

catalogue = Blueprint("catalogue", __name__)


def product_list(title, **filters):
    """Render a list page; all of them take the same query string."""
    statement = search_products(
        query=request.args.get("q", "").strip(),
        ordering=request.args.get("sort", "newest"),
        in_stock=request.args.get("in_stock") == "1",
        **filters,
    )
    return render_template(
        "catalogue/list.html", title=title, page=paginate(statement), tree=category_tree()
    )


@catalogue.get("/")
def home():
    newest = db.session.scalars(active_products().order_by(Product.id.desc()).limit(8)).all()
    return render_template("catalogue/home.html", newest=newest, tree=category_tree())


@catalogue.get("/products")
def products():
    return product_list("All products")


@catalogue.get("/categories/<slug>")
def category(slug):
    found = db.first_or_404(select(Category).filter_by(slug=slug))
    return product_list(" / ".join(step.name for step in found.path), category=found)


@catalogue.get("/tags/<name>")
def tag(name):
    found = db.first_or_404(select(Tag).filter_by(name=name))
    return product_list(f"Tagged {found.name}", tag=found)


@catalogue.get("/products/<slug>")
def product(slug):
    found = Product.query.filter_by(slug=slug).first_or_404()
    if not found.is_active and not (current_user.is_authenticated and current_user.is_staff):
        abort(404)
    return render_template(
        "catalogue/product.html",
        product=found,
        related=related_products(found),
        reviews=found.published_reviews(),
        form=CartItemForm(),
    )


def media(name):
    return send_from_directory(current_app.config["UPLOAD_FOLDER"], name)


catalogue.add_url_rule("/media/<path:name>", view_func=media)

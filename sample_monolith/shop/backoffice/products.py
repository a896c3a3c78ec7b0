"""Products, their pictures and the categories."""

from flask import flash, g, redirect, render_template, request, url_for
from sqlalchemy import select

from shop.backoffice import backoffice
from shop.catalogue import services
from shop.catalogue.images import save_product_image
from shop.catalogue.search import escape_like
from shop.extensions import db
from shop.forms import CategoryForm, ImageForm, ProductForm
from shop.inventory.services import stock_of
from shop.models import Category, Product, ProductStatus
from shop.utils import audit, from_cents, paginate, to_cents

NO_CATEGORY = (0, "none")


def category_choices():
    categories = Category.query.order_by(Category.name).all()
    return [NO_CATEGORY, *((category.id, category.name) for category in categories)]


def product_fields(form):
    return {
        "sku": form.sku.data,
        "name": form.name.data,
        "description": form.description.data,
        "price_cents": to_cents(form.price.data),
        "weight_grams": form.weight_grams.data,
        "status": ProductStatus(form.status.data),
        "category_id": form.category_id.data or None,
        "tags": form.tags.data,
    }


def form_values(product):
    """The reverse of ``product_fields``."""
    return {
        "sku": product.sku,
        "name": product.name,
        "description": product.description,
        "price": from_cents(product.price_cents),
        "weight_grams": product.weight_grams,
        "status": product.status.value,
        "category_id": product.category_id or 0,
        "tags": ", ".join(tag.name for tag in product.tags),
    }


@backoffice.get("/products")
def products():
    statement = select(Product).order_by(Product.id.desc())
    if query := request.args.get("q", "").strip():
        statement = statement.where(
            Product.name.ilike(f"%{escape_like(query)}%", escape="\\") | (Product.sku == query)
        )
    return render_template("backoffice/products.html", page=paginate(statement))


@backoffice.route("/products/new", methods=["GET", "POST"])
def new_product():
    g.form_page = url_for(".new_product")
    form = ProductForm()
    form.category_id.choices = category_choices()
    if form.validate_on_submit():
        product = services.create_product(**product_fields(form))
        stock_of(product.id)
        audit("product.create", product.sku)
        db.session.commit()
        flash(f"{product.name} is added.", "success")
        return redirect(url_for(".edit_product", product_id=product.id))
    status = 400 if form.errors else 200
    return render_template("backoffice/product_form.html", form=form, product=None), status


@backoffice.route("/products/<int:product_id>", methods=["GET", "POST"])
def edit_product(product_id):
    product = db.get_or_404(Product, product_id)
    form = ProductForm(data=form_values(product))
    form.category_id.choices = category_choices()
    if form.validate_on_submit():
        audit("product.edit", product.sku)
        services.update_product(product, **product_fields(form))
        flash(f"{product.name} is saved.", "success")
        return redirect(url_for(".edit_product", product_id=product.id))
    status = 400 if form.errors else 200
    return render_template(
        "backoffice/product_form.html", form=form, product=product, image_form=ImageForm()
    ), status


@backoffice.post("/products/<int:product_id>/image")
def upload_image(product_id):
    product = db.get_or_404(Product, product_id)
    form = ImageForm()
    if form.validate_on_submit():
        upload = form.image.data
        save_product_image(product, upload.filename, upload.read())
        flash("The picture is saved.", "success")
    else:
        flash("Please choose a PNG, JPEG or GIF file.", "error")
    return redirect(url_for(".edit_product", product_id=product.id))


@backoffice.post("/products/<int:product_id>/retire")
def retire_product(product_id):
    product = db.get_or_404(Product, product_id)
    audit("product.retire", product.sku)
    services.retire_product(product)
    flash(f"{product.name} is off sale.", "info")
    return redirect(url_for(".products"))


@backoffice.route("/categories", methods=["GET", "POST"])
def categories():
    form = CategoryForm()
    form.parent_id.choices = category_choices()
    if form.validate_on_submit():
        audit("category.create", form.name.data)
        services.create_category(form.name.data, form.parent_id.data or None)
        flash(f"Category {form.name.data} is added.", "success")
        return redirect(url_for(".categories"))
    return render_template("backoffice/categories.html", form=form, categories=Category.query.all())

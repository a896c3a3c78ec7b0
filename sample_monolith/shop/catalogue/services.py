"""Changes to products and categories, and the category tree kept in memory."""

from sqlalchemy import func, select

from shop.cart.services import remove_everywhere
from shop.exceptions import ShopError
from shop.extensions import db
from shop.models import Category, Product, ProductStatus, Tag
from shop.reviews.models import Review, ReviewStatus
from shop.utils import unique_slug

_category_tree = None


class SkuTaken(ShopError):
    status_code = 409


def category_tree():
    """Return ``[(name, slug, depth)]`` in the order of the menu, read once per process."""
    global _category_tree
    if _category_tree is None:
        roots = Category.query.filter_by(parent_id=None).order_by(Category.name).all()
        _category_tree = [entry for root in roots for entry in _branch(root, 0)]
    return _category_tree


def _branch(category, depth):
    entries = [(category.name, category.slug, depth)]
    for child in category.children:
        entries.extend(_branch(child, depth + 1))
    return entries


def forget_category_tree():
    global _category_tree
    _category_tree = None


def create_category(name, parent_id=None):
    category = Category(name=name, slug=unique_slug(Category, name), parent_id=parent_id)
    db.session.add(category)
    db.session.commit()
    forget_category_tree()
    return category


def tags_by_name(names):
    """Return tags for a comma separated string, creating those that don't exist."""
    wanted = sorted({name.strip().lower() for name in names.split(",") if name.strip()})
    known = {tag.name: tag for tag in db.session.scalars(select(Tag).where(Tag.name.in_(wanted)))}
    return [known.get(name) or Tag(name=name) for name in wanted]


def create_product(sku, name, price_cents, tags="", **fields):
    """Add a product; the caller commits, since stock is often booked with it."""
    if Product.query.filter_by(sku=sku).first():
        raise SkuTaken(f"There is a product {sku} already.")
    product = Product(
        sku=sku,
        name=name,
        slug=unique_slug(Product, name),
        price_cents=price_cents,
        tags=tags_by_name(tags),
        **fields,
    )
    db.session.add(product)
    db.session.flush()
    return product


def update_product(product, tags="", **fields):
    for name, value in fields.items():
        setattr(product, name, value)
    product.tags = tags_by_name(tags)
    db.session.commit()


def retire_product(product):
    """Take a product off sale and out of every open cart."""
    product.status = ProductStatus.RETIRED
    remove_everywhere(product.id)
    db.session.commit()


def refresh_rating(product_id):
    """Work out the average again, from published reviews only."""
    average, count = db.session.execute(
        select(func.avg(Review.rating), func.count(Review.id)).where(
            Review.product_id == product_id, Review.status == ReviewStatus.PUBLISHED
        )
    ).one()
    Product.query.filter_by(id=product_id).update(
        {"rating_average": round(float(average or 0), 2), "rating_count": count}
    )
    db.session.commit()

"""Finding products."""

from sqlalchemy import or_, select

from shop.inventory.models import StockItem
from shop.models import Product, ProductStatus, Tag

ORDERINGS = {
    "newest": Product.id.desc(),
    "price": Product.price_cents,
    "price-desc": Product.price_cents.desc(),
    "name": Product.name,
    "rating": Product.rating_average.desc(),
}


def active_products():
    return select(Product).where(Product.status == ProductStatus.ACTIVE)


def escape_like(text):
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def search_products(query="", ordering="newest", in_stock=False, category=None, tag=None):
    """Build the select for a search page; nothing is run yet."""
    statement = active_products()
    if query:
        pattern = f"%{escape_like(query)}%"
        statement = statement.where(
            or_(
                Product.name.ilike(pattern, escape="\\"),
                Product.description.ilike(pattern, escape="\\"),
                Product.sku == query,
            )
        )
    if category is not None:
        statement = statement.where(Product.category_id.in_(category.subtree_ids()))
    if tag is not None:
        statement = statement.where(Product.tags.any(Tag.id == tag.id))
    if in_stock:
        statement = statement.join(StockItem, StockItem.product_id == Product.id).where(
            StockItem.on_hand > StockItem.reserved
        )
    return statement.order_by(ORDERINGS.get(ordering, ORDERINGS["newest"]), Product.id)


def related_products(product, limit=4):
    """Other products that share a tag or the category."""
    alike = Product.tags.any(Tag.id.in_([tag.id for tag in product.tags]))
    if product.category_id:
        alike = or_(alike, Product.category_id == product.category_id)
    return (
        Product.query.filter(
            Product.status == ProductStatus.ACTIVE,
            Product.id != product.id,
            alike,
        )
        .order_by(Product.rating_average.desc(), Product.id)
        .limit(limit)
        .all()
    )

"""The tables that the shop started with: accounts, catalogue and orders.

Newer parts keep their models in their own package, but all of them point back here.
"""

import enum

from flask_login import UserMixin
from sqlalchemy import func, select
from werkzeug.security import check_password_hash, generate_password_hash

from shop.extensions import db
from shop.utils import slugify, utcnow


class TimestampMixin:
    created_at = db.Column(db.DateTime, default=utcnow, nullable=False)
    updated_at = db.Column(db.DateTime, default=utcnow, onupdate=utcnow, nullable=False)


class BaseModel(db.Model):
    __abstract__ = True

    id = db.Column(db.Integer, primary_key=True)

    def __repr__(self):
        return f"<{type(self).__name__} {self.id}>"


class Role(enum.Enum):
    CUSTOMER = "customer"
    STAFF = "staff"
    ADMIN = "admin"


class ProductStatus(enum.Enum):
    DRAFT = "draft"
    ACTIVE = "active"
    RETIRED = "retired"


class OrderStatus(enum.Enum):
    PENDING = "pending"
    PAID = "paid"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


wishlist_items = db.Table(
    "wishlist_items",
    db.Column("user_id", db.ForeignKey("users.id"), primary_key=True),
    db.Column("product_id", db.ForeignKey("products.id"), primary_key=True),
)

product_tags = db.Table(
    "product_tags",
    db.Column("product_id", db.ForeignKey("products.id"), primary_key=True),
    db.Column("tag_id", db.ForeignKey("tags.id"), primary_key=True),
)


# --- accounts ---------------------------------------------------------------------------------


class User(UserMixin, TimestampMixin, BaseModel):
    __tablename__ = "users"

    email = db.Column(db.String(255), unique=True, nullable=False)
    name = db.Column(db.String(120), nullable=False)
    password_hash = db.Column(db.String(255), nullable=False)
    role = db.Column(db.Enum(Role, native_enum=False, length=20), default=Role.CUSTOMER)
    blocked = db.Column(db.Boolean, default=False, nullable=False)
    last_seen_at = db.Column(db.DateTime)

    orders = db.relationship("Order", back_populates="customer", order_by="Order.id.desc()")
    wishlist = db.relationship("Product", secondary=wishlist_items, backref="wished_by")

    @property
    def is_active(self):
        return not self.blocked

    @property
    def is_staff(self):
        return self.role in (Role.STAFF, Role.ADMIN)

    @property
    def is_admin(self):
        return self.role is Role.ADMIN

    def set_password(self, password, method):
        self.password_hash = generate_password_hash(password, method=method)

    def check_password(self, password):
        return check_password_hash(self.password_hash, password)

    def has_bought(self, product):
        """Tell whether this user has an order with the product that wasn't called off."""
        statement = (
            select(func.count(OrderLine.id))
            .join(Order)
            .where(
                Order.user_id == self.id,
                Order.status.not_in([OrderStatus.PENDING, OrderStatus.CANCELLED]),
                OrderLine.product_id == product.id,
            )
        )
        return db.session.scalar(statement) > 0


class Address(TimestampMixin, BaseModel):
    __tablename__ = "addresses"

    user_id = db.Column(db.ForeignKey("users.id"), nullable=False, index=True)
    recipient = db.Column(db.String(120), nullable=False)
    street = db.Column(db.String(200), nullable=False)
    city = db.Column(db.String(100), nullable=False)
    postcode = db.Column(db.String(20), nullable=False)
    country = db.Column(db.String(2), nullable=False)

    user = db.relationship("User", backref=db.backref("addresses", order_by="Address.id"))

    @property
    def as_text(self):
        return f"{self.recipient}\n{self.street}\n{self.postcode} {self.city}\n{self.country}"


class ApiToken(TimestampMixin, BaseModel):
    __tablename__ = "api_tokens"

    user_id = db.Column(db.ForeignKey("users.id"), nullable=False, index=True)
    label = db.Column(db.String(80), nullable=False)
    digest = db.Column(db.String(64), unique=True, nullable=False)
    revoked_at = db.Column(db.DateTime)

    user = db.relationship("User", backref="api_tokens")


# --- catalogue --------------------------------------------------------------------------------


class Category(TimestampMixin, BaseModel):
    __tablename__ = "categories"

    name = db.Column(db.String(100), nullable=False)
    slug = db.Column(db.String(120), unique=True, nullable=False)
    parent_id = db.Column(db.ForeignKey("categories.id"), index=True)

    children = db.relationship(
        "Category",
        backref=db.backref("parent", remote_side="Category.id"),
        order_by="Category.name",
    )
    products = db.relationship("Product", back_populates="category")

    @property
    def path(self):
        """The categories from the root down to this one."""
        return [*self.parent.path, self] if self.parent else [self]

    def subtree_ids(self):
        ids = [self.id]
        for child in self.children:
            ids.extend(child.subtree_ids())
        return ids


class Tag(BaseModel):
    __tablename__ = "tags"

    name = db.Column(db.String(50), unique=True, nullable=False)

    @property
    def slug(self):
        return slugify(self.name)


class Product(TimestampMixin, BaseModel):
    __tablename__ = "products"

    sku = db.Column(db.String(40), unique=True, nullable=False)
    slug = db.Column(db.String(160), unique=True, nullable=False)
    name = db.Column(db.String(150), nullable=False)
    description = db.Column(db.Text, default="", nullable=False)
    price_cents = db.Column(db.Integer, nullable=False)
    weight_grams = db.Column(db.Integer, default=0, nullable=False)
    status = db.Column(
        db.Enum(ProductStatus, native_enum=False, length=20),
        default=ProductStatus.ACTIVE,
        nullable=False,
    )
    image_name = db.Column(db.String(200))
    category_id = db.Column(db.ForeignKey("categories.id"), index=True)
    rating_average = db.Column(db.Numeric(3, 2, asdecimal=False), default=0, nullable=False)
    rating_count = db.Column(db.Integer, default=0, nullable=False)

    category = db.relationship("Category", back_populates="products")
    tags = db.relationship("Tag", secondary=product_tags, backref="products", order_by="Tag.name")

    @property
    def is_active(self):
        return self.status is ProductStatus.ACTIVE

    @property
    def available(self):
        """Units free to sell: ``stock`` is a backref from the inventory package."""
        return self.stock.available if self.stock else 0

    def published_reviews(self):
        from shop.reviews.models import Review, ReviewStatus  # that module imports this one

        return (
            Review.query.filter_by(product_id=self.id, status=ReviewStatus.PUBLISHED)
            .order_by(Review.id.desc())
            .all()
        )


# --- orders -----------------------------------------------------------------------------------


class Order(TimestampMixin, BaseModel):
    __tablename__ = "orders"

    number = db.Column(db.String(20), unique=True, index=True)
    user_id = db.Column(db.ForeignKey("users.id"), nullable=False, index=True)
    status = db.Column(
        db.Enum(OrderStatus, native_enum=False, length=20),
        default=OrderStatus.PENDING,
        nullable=False,
    )
    ship_to = db.Column(db.Text, nullable=False)
    country = db.Column(db.String(2), nullable=False)
    note = db.Column(db.String(500), default="", nullable=False)
    shipping_method_id = db.Column(db.ForeignKey("shipping_methods.id"), nullable=False)
    promotion_id = db.Column(db.ForeignKey("promotions.id"))
    subtotal_cents = db.Column(db.Integer, nullable=False)
    discount_cents = db.Column(db.Integer, default=0, nullable=False)
    shipping_cents = db.Column(db.Integer, default=0, nullable=False)
    tax_cents = db.Column(db.Integer, default=0, nullable=False)
    total_cents = db.Column(db.Integer, nullable=False)
    placed_at = db.Column(db.DateTime, default=utcnow, nullable=False)

    customer = db.relationship("User", back_populates="orders")
    lines = db.relationship(
        "OrderLine", back_populates="order", cascade="all, delete-orphan", order_by="OrderLine.id"
    )
    events = db.relationship("OrderEvent", backref="order", order_by="OrderEvent.id")
    shipping_method = db.relationship("ShippingMethod")
    promotion = db.relationship("Promotion", backref="orders")

    def record(self, status, remark=""):
        """Move to a status and remember when."""
        self.status = status
        self.events.append(OrderEvent(status=status, remark=remark))

    def quantities(self):
        return {line.product_id: line.quantity for line in self.lines}


class OrderLine(BaseModel):
    __tablename__ = "order_lines"

    order_id = db.Column(db.ForeignKey("orders.id"), nullable=False, index=True)
    product_id = db.Column(db.ForeignKey("products.id"), nullable=False, index=True)
    product_name = db.Column(db.String(150), nullable=False)
    unit_price_cents = db.Column(db.Integer, nullable=False)
    quantity = db.Column(db.Integer, nullable=False)

    order = db.relationship("Order", back_populates="lines")
    product = db.relationship("Product", backref="order_lines")

    @property
    def total_cents(self):
        return self.unit_price_cents * self.quantity


class OrderEvent(BaseModel):
    __tablename__ = "order_events"

    order_id = db.Column(db.ForeignKey("orders.id"), nullable=False, index=True)
    status = db.Column(db.Enum(OrderStatus, native_enum=False, length=20), nullable=False)
    remark = db.Column(db.String(200), default="", nullable=False)
    created_at = db.Column(db.DateTime, default=utcnow, nullable=False)

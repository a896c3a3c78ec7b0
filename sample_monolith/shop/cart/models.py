"""Shopping carts, of known customers and of passers-by."""

import enum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, Product, TimestampMixin


class CartStatus(enum.Enum):
    OPEN = "open"
    ORDERED = "ordered"
    EXPIRED = "expired"


class Cart(TimestampMixin, BaseModel):
    __tablename__ = "carts"

    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    visitor_key: Mapped[str | None] = mapped_column(String(40), index=True)
    status: Mapped[CartStatus] = mapped_column(
        db.Enum(CartStatus, native_enum=False, length=20), default=CartStatus.OPEN
    )
    promotion_code: Mapped[str | None] = mapped_column(String(40))

    user = relationship("User", backref="carts")
    items: Mapped[list["CartItem"]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", order_by="CartItem.id"
    )

    @property
    def subtotal_cents(self) -> int:
        return sum(item.total_cents for item in self.items)

    @property
    def weight_grams(self) -> int:
        return sum(item.product.weight_grams * item.quantity for item in self.items)

    @property
    def count(self) -> int:
        return sum(item.quantity for item in self.items)


class CartItem(TimestampMixin, BaseModel):
    __tablename__ = "cart_items"
    __table_args__ = (UniqueConstraint("cart_id", "product_id"),)

    cart_id: Mapped[int] = mapped_column(ForeignKey("carts.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(default=1)

    cart: Mapped[Cart] = relationship(back_populates="items")
    product: Mapped[Product] = relationship()

    @property
    def total_cents(self) -> int:
        return self.product.price_cents * self.quantity

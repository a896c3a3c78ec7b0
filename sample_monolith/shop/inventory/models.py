"""What lies in the warehouse, what is promised to whom, and why it changed."""

import enum
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, Product, TimestampMixin
from shop.utils import utcnow


class ReservationStatus(enum.Enum):
    HELD = "held"
    COMMITTED = "committed"
    RELEASED = "released"


class MovementReason(enum.Enum):
    RECEIPT = "receipt"
    SALE = "sale"
    CORRECTION = "correction"
    RETURN = "return"


class StockItem(TimestampMixin, BaseModel):
    __tablename__ = "stock_items"
    __table_args__ = (CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="stock_sane"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), unique=True)
    on_hand: Mapped[int] = mapped_column(default=0)
    reserved: Mapped[int] = mapped_column(default=0)
    reorder_level: Mapped[int] = mapped_column(default=5)

    product: Mapped[Product] = relationship(backref=backref("stock", uselist=False))

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


class StockMovement(BaseModel):
    __tablename__ = "stock_movements"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    delta: Mapped[int]
    reason: Mapped[MovementReason] = mapped_column(
        db.Enum(MovementReason, native_enum=False, length=20)
    )
    reference: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Reservation(TimestampMixin, BaseModel):
    __tablename__ = "reservations"
    __table_args__ = (UniqueConstraint("reference", "product_id"),)

    reference: Mapped[str] = mapped_column(String(40), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    status: Mapped[ReservationStatus] = mapped_column(
        db.Enum(ReservationStatus, native_enum=False, length=20), default=ReservationStatus.HELD
    )

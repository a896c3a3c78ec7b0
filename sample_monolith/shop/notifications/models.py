"""Messages to customers, and which of them they want."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, Product, TimestampMixin


class NotificationKind(enum.Enum):
    ACCOUNT = "account"
    ORDER = "order"
    STOCK = "stock"
    REVIEW = "review"


class Notification(TimestampMixin, BaseModel):
    __tablename__ = "notifications"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    kind: Mapped[NotificationKind] = mapped_column(
        db.Enum(NotificationKind, native_enum=False, length=20)
    )
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime | None]


class NotificationPreference(BaseModel):
    __tablename__ = "notification_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)
    order_updates: Mapped[bool] = mapped_column(default=True)
    stock_alerts: Mapped[bool] = mapped_column(default=True)
    review_updates: Mapped[bool] = mapped_column(default=True)

    user = relationship("User", backref=backref("notification_preference", uselist=False))


class StockAlert(TimestampMixin, BaseModel):
    __tablename__ = "stock_alerts"
    __table_args__ = (UniqueConstraint("user_id", "product_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)

    product: Mapped[Product] = relationship()

"""Discount codes and who used them."""

import enum
from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, TimestampMixin


class PromotionKind(enum.Enum):
    PERCENT = "percent"
    AMOUNT = "amount"
    FREE_SHIPPING = "free_shipping"


class Promotion(TimestampMixin, BaseModel):
    __tablename__ = "promotions"

    code: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[PromotionKind] = mapped_column(
        db.Enum(PromotionKind, native_enum=False, length=20)
    )
    value: Mapped[int] = mapped_column(default=0)  # whole percents, or cents
    minimum_cents: Mapped[int] = mapped_column(default=0)
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    max_uses: Mapped[int | None]
    used_count: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)

    redemptions: Mapped[list["PromotionRedemption"]] = relationship(back_populates="promotion")


class PromotionRedemption(TimestampMixin, BaseModel):
    __tablename__ = "promotion_redemptions"
    __table_args__ = (UniqueConstraint("promotion_id", "order_id"),)

    promotion_id: Mapped[int] = mapped_column(ForeignKey("promotions.id"), index=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    discount_cents: Mapped[int]

    promotion: Mapped[Promotion] = relationship(back_populates="redemptions")
    user = relationship("User")

"""Money that came in, money that went back, and what the provider told us about it."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, Order, TimestampMixin
from shop.utils import utcnow


class PaymentStatus(enum.Enum):
    OPEN = "open"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"
    REFUNDED = "refunded"


class Payment(TimestampMixin, BaseModel):
    __tablename__ = "payments"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), index=True)
    reference: Mapped[str] = mapped_column(String(60), unique=True)
    amount_cents: Mapped[int]
    status: Mapped[PaymentStatus] = mapped_column(
        db.Enum(PaymentStatus, native_enum=False, length=20), default=PaymentStatus.OPEN
    )
    card_last4: Mapped[str | None] = mapped_column(String(4))

    order: Mapped[Order] = relationship(backref=backref("payments", order_by="Payment.id"))
    refunds: Mapped[list["Refund"]] = relationship(back_populates="payment")

    @property
    def refundable_cents(self) -> int:
        return self.amount_cents - sum(refund.amount_cents for refund in self.refunds)


class Refund(TimestampMixin, BaseModel):
    __tablename__ = "refunds"

    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    amount_cents: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200), default="")

    payment: Mapped[Payment] = relationship(back_populates="refunds")


class PaymentEvent(BaseModel):
    __tablename__ = "payment_events"

    event_id: Mapped[str] = mapped_column(String(80), unique=True)
    payment_id: Mapped[int] = mapped_column(ForeignKey("payments.id"), index=True)
    kind: Mapped[str] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(default=utcnow)

"""Ways to send a parcel, and the parcels sent."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from shop.extensions import db
from shop.models import BaseModel, Order, TimestampMixin
from shop.utils import utcnow


class ShipmentStatus(enum.Enum):
    WAITING = "waiting"
    SENT = "sent"
    DELIVERED = "delivered"


class ShippingMethod(TimestampMixin, BaseModel):
    __tablename__ = "shipping_methods"

    code: Mapped[str] = mapped_column(String(30), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    base_cents: Mapped[int]
    per_kg_cents: Mapped[int] = mapped_column(default=0)
    countries: Mapped[str] = mapped_column(String(200), default="")
    enabled: Mapped[bool] = mapped_column(default=True)

    def serves(self, country: str) -> bool:
        """An empty list of countries means everywhere."""
        return not self.countries or country in self.countries.split(",")


class Shipment(TimestampMixin, BaseModel):
    __tablename__ = "shipments"

    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"), unique=True)
    tracking_code: Mapped[str] = mapped_column(String(40), unique=True)
    status: Mapped[ShipmentStatus] = mapped_column(
        db.Enum(ShipmentStatus, native_enum=False, length=20), default=ShipmentStatus.WAITING
    )

    order: Mapped[Order] = relationship(backref=backref("shipment", uselist=False))
    events: Mapped[list["ShipmentEvent"]] = relationship(
        back_populates="shipment", cascade="all, delete-orphan", order_by="ShipmentEvent.id"
    )


class ShipmentEvent(BaseModel):
    __tablename__ = "shipment_events"

    shipment_id: Mapped[int] = mapped_column(ForeignKey("shipments.id"), index=True)
    description: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)

    shipment: Mapped[Shipment] = relationship(back_populates="events")

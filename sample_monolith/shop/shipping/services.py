"""Rates and parcels."""

from decimal import ROUND_UP, Decimal

from sqlalchemy import select

from shop.exceptions import ShopError
from shop.extensions import db
from shop.orders.services import mark_delivered, mark_shipped
from shop.shipping.models import Shipment, ShipmentEvent, ShipmentStatus, ShippingMethod

_enabled_methods = {"ids": None}


def enabled_methods():
    """Return the methods on offer; which they are is remembered until one changes."""
    if _enabled_methods["ids"] is None:
        statement = select(ShippingMethod.id).filter_by(enabled=True)
        _enabled_methods["ids"] = list(db.session.scalars(statement))
    return (
        ShippingMethod.query.filter(ShippingMethod.id.in_(_enabled_methods["ids"]))
        .order_by(ShippingMethod.base_cents, ShippingMethod.id)
        .all()
    )


def forget_methods():
    _enabled_methods["ids"] = None


def rate_for(method, country: str, weight_grams: int) -> int:
    """Return the price in cents; every kilogram begun counts."""
    if not method.enabled or not method.serves(country):
        raise ShopError(f"{method.name} doesn't deliver to {country}.")
    kilograms = int((Decimal(weight_grams) / 1000).to_integral_value(rounding=ROUND_UP))
    return method.base_cents + method.per_kg_cents * kilograms


def rates(country: str, weight_grams: int) -> list[dict]:
    return [
        {
            "code": method.code,
            "name": method.name,
            "price_cents": rate_for(method, country, weight_grams),
        }
        for method in enabled_methods()
        if method.serves(country)
    ]


def create_method(code, name, base_cents, per_kg_cents=0, countries=""):
    if ShippingMethod.query.filter_by(code=code).first():
        raise ShopError(f"There is a method {code} already.")
    method = ShippingMethod(
        code=code,
        name=name,
        base_cents=base_cents,
        per_kg_cents=per_kg_cents,
        countries=",".join(part.strip().upper() for part in countries.split(",") if part.strip()),
    )
    db.session.add(method)
    db.session.commit()
    forget_methods()
    return method


def toggle_method(method):
    method.enabled = not method.enabled
    db.session.commit()
    forget_methods()


def create_shipment(order):
    """Prepare a parcel for a paid order, once."""
    shipment = Shipment.query.filter_by(order_id=order.id).first()
    if shipment is None:
        shipment = Shipment(order_id=order.id, tracking_code=f"HC{order.id:09d}NL")
        shipment.events.append(ShipmentEvent(description="Waiting in the warehouse"))
        db.session.add(shipment)
        db.session.commit()
    return shipment


def dispatch(order):
    """Hand the parcel to the carrier."""
    shipment = order.shipment
    if shipment is None or shipment.status is not ShipmentStatus.WAITING:
        raise ShopError("There is no parcel waiting for this order.")
    shipment.status = ShipmentStatus.SENT
    shipment.events.append(ShipmentEvent(description="Handed to the carrier"))
    mark_shipped(order, shipment.tracking_code)
    return shipment


def withdraw(order):
    """Unpack the parcel of an order that was called off; the caller commits."""
    shipment = Shipment.query.filter_by(order_id=order.id).first()
    if shipment:
        db.session.delete(shipment)


def carrier_scan(tracking_code, description, delivered):
    """Take note of what the carrier reports."""
    shipment = db.first_or_404(select(Shipment).filter_by(tracking_code=tracking_code))
    shipment.events.append(ShipmentEvent(description=description))
    if delivered and shipment.status is ShipmentStatus.SENT:
        shipment.status = ShipmentStatus.DELIVERED
        mark_delivered(shipment.order)
    db.session.commit()
    return shipment

"""Rates and parcels, for programs."""

from flask import Blueprint, jsonify, request
from sqlalchemy import select

from shop.extensions import db
from shop.shipping.models import Shipment
from shop.shipping.services import rates

shipping = Blueprint("shipping", __name__)


@shipping.get("/shipping/rates")
def list_rates():
    country = request.args.get("country", "NL").upper()
    return jsonify(items=rates(country, request.args.get("weight_grams", default=0, type=int)))


@shipping.get("/shipments/<tracking_code>")
def show(tracking_code):
    shipment = db.first_or_404(select(Shipment).filter_by(tracking_code=tracking_code))
    return jsonify(
        tracking_code=shipment.tracking_code,
        status=shipment.status.value,
        events=[event.description for event in shipment.events],
    )

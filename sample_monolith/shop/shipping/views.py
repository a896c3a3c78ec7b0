"""Tracking and rates for everybody, and the callback of the carrier."""

import hmac

from flask import Blueprint, abort, current_app, jsonify, render_template, request
from sqlalchemy import select

from shop.extensions import csrf, db
from shop.shipping.models import Shipment
from shop.shipping.services import carrier_scan, rates

shipping = Blueprint("shipping", __name__)


@shipping.get("/track/<tracking_code>")
def track(tracking_code):
    shipment = db.first_or_404(select(Shipment).filter_by(tracking_code=tracking_code))
    return render_template("shipping/track.html", shipment=shipment)


@shipping.get("/rates")
def show_rates():
    country = request.args.get("country", "NL").upper()
    weight = request.args.get("weight_grams", default=0, type=int)
    return jsonify(country=country, rates=rates(country, weight))


@shipping.post("/carrier-events")
@csrf.exempt
def carrier_events():
    token = request.headers.get("X-Carrier-Token", "")
    if not hmac.compare_digest(token, current_app.config["CARRIER_TOKEN"]):
        abort(401, description="Unknown carrier.")
    event = request.get_json()
    shipment = carrier_scan(
        event["tracking_code"], event.get("description", "Scanned"), bool(event.get("delivered"))
    )
    return jsonify(tracking_code=shipment.tracking_code, status=shipment.status.value)

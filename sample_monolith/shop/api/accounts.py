"""Tokens, the account itself and its addresses."""

from flask import Blueprint, abort, jsonify
from flask_login import current_user
from sqlalchemy import select

from shop.accounts import services
from shop.accounts.decorators import token_required
from shop.api.schemas import address_as_json, json_body, product_as_json, user_as_json
from shop.extensions import db
from shop.forms import COUNTRIES
from shop.models import ApiToken

accounts = Blueprint("accounts", __name__)

ADDRESS_FIELDS = ("recipient", "street", "postcode", "city", "country")


@accounts.post("/tokens")
def create_token():
    body = json_body("email", "password")
    user = services.authenticate(str(body["email"]), str(body["password"]))
    if user is None:
        abort(401, description="Wrong address or password.")
    secret = services.issue_token(user, str(body.get("label", "API")))
    return jsonify(token=secret), 201


@accounts.delete("/tokens")
@token_required
def revoke_tokens():
    services.revoke_all_tokens(current_user)
    db.session.commit()
    return "", 204


@accounts.get("/tokens")
@token_required
def list_tokens():
    tokens = db.session.scalars(
        select(ApiToken).filter_by(user_id=current_user.id, revoked_at=None).order_by(ApiToken.id)
    )
    return jsonify(items=[{"id": token.id, "label": token.label} for token in tokens])


@accounts.get("/me")
@token_required
def me():
    return jsonify(user_as_json(current_user))


@accounts.get("/me/wishlist")
@token_required
def wishlist():
    return jsonify(items=[product_as_json(product) for product in current_user.wishlist])


@accounts.get("/me/addresses")
@token_required
def addresses():
    return jsonify(items=[address_as_json(address) for address in current_user.addresses])


@accounts.post("/me/addresses")
@token_required
def add_address():
    body = json_body(*ADDRESS_FIELDS)
    if body["country"] not in COUNTRIES:
        abort(400, description="We don't deliver there.")
    address = services.add_address(
        current_user._get_current_object(), {name: str(body[name]) for name in ADDRESS_FIELDS}
    )
    return jsonify(address_as_json(address)), 201

"""The inbox of the token's owner."""

from flask import Blueprint, jsonify
from flask_login import current_user
from sqlalchemy import select

from shop.accounts.decorators import token_required
from shop.api.schemas import notification_as_json
from shop.extensions import db
from shop.notifications import services
from shop.notifications.models import Notification
from shop.utils import page_as_json, paginate

notifications = Blueprint("notifications", __name__)


@notifications.get("/")
@token_required
def index():
    return page_as_json(paginate(services.inbox(current_user)), notification_as_json)


@notifications.post("/<int:message_id>/read")
@token_required
def read(message_id):
    message = db.first_or_404(
        select(Notification).filter_by(id=message_id, user_id=current_user.id)
    )
    services.mark_read(message)
    return jsonify(notification_as_json(message))

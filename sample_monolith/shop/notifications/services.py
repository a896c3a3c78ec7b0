"""The inbox of a customer, and alerts for products that are sold out."""

from flask import current_app, has_request_context, render_template
from sqlalchemy import func, select

from shop.extensions import db
from shop.notifications.models import (
    Notification,
    NotificationKind,
    NotificationPreference,
    StockAlert,
)
from shop.utils import utcnow

SWITCHES = {
    NotificationKind.ORDER: "order_updates",
    NotificationKind.STOCK: "stock_alerts",
    NotificationKind.REVIEW: "review_updates",
}


def preferences_of(user):
    """Return a user's preferences; accounts from before they existed get the defaults."""
    preferences = NotificationPreference.query.filter_by(user_id=user.id).first()
    if preferences is None:
        preferences = NotificationPreference(user_id=user.id)
        db.session.add(preferences)
        db.session.flush()
    return preferences


def notify(user, kind, subject, template, **context):
    """Put a message in the inbox, unless the user switched its kind off; the caller commits."""
    switch = SWITCHES.get(kind)
    if switch and not getattr(preferences_of(user), switch):
        return None
    body = render_message(template, user=user, **context)
    message = Notification(user_id=user.id, kind=kind, subject=subject, body=body)
    db.session.add(message)
    return message


def render_message(template, **context):
    """Render a text; commands have no request, but links in the text need one."""
    path = f"notifications/messages/{template}.txt"
    if has_request_context():
        return render_template(path, **context)
    with current_app.test_request_context():
        return render_template(path, **context)


def inbox(user):
    return select(Notification).filter_by(user_id=user.id).order_by(Notification.id.desc())


def unread_count(user):
    return db.session.scalar(
        select(func.count(Notification.id)).filter_by(user_id=user.id, read_at=None)
    )


def mark_read(message):
    message.read_at = message.read_at or utcnow()
    db.session.commit()


def mark_all_read(user):
    changed = Notification.query.filter_by(user_id=user.id, read_at=None).update(
        {Notification.read_at: utcnow()}
    )
    db.session.commit()
    return changed


def watch_stock(user, product):
    """Promise a message once the product is back; asking twice is fine."""
    if not StockAlert.query.filter_by(user_id=user.id, product_id=product.id).first():
        db.session.add(StockAlert(user_id=user.id, product_id=product.id))
        db.session.commit()

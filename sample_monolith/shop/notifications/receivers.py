"""Events of other parts of the shop, told to customers."""

from shop.extensions import db
from shop.models import User
from shop.notifications.models import NotificationKind, NotificationPreference, StockAlert
from shop.notifications.services import notify
from shop.reviews.models import ReviewStatus
from shop.signals import (
    order_cancelled,
    order_paid,
    order_placed,
    order_shipped,
    review_published,
    stock_replenished,
    user_registered,
)


@user_registered.connect
def welcome(sender, user):
    """Join the transaction of the registration: no account without its preferences."""
    db.session.add(NotificationPreference(user_id=user.id))
    db.session.flush()
    notify(user, NotificationKind.ACCOUNT, "Welcome", "welcome")


def tell_customer(order, subject, template):
    notify(order.customer, NotificationKind.ORDER, subject, template, order=order)
    db.session.commit()


@order_placed.connect
def confirm_order(sender, order):
    tell_customer(order, f"Your order {order.number}", "order_placed")


@order_paid.connect
def confirm_payment(sender, order):
    tell_customer(order, f"Payment received for {order.number}", "order_paid")


@order_shipped.connect
def announce_parcel(sender, order):
    tell_customer(order, f"Your order {order.number} is on its way", "order_shipped")


@order_cancelled.connect
def confirm_cancellation(sender, order):
    tell_customer(order, f"Your order {order.number} is cancelled", "order_cancelled")


@review_published.connect
def thank_reviewer(sender, review):
    if review.status is ReviewStatus.PUBLISHED:
        notify(
            review.author,
            NotificationKind.REVIEW,
            "Your review is published",
            "review_published",
            review=review,
        )
        db.session.commit()


@stock_replenished.connect
def tell_watchers(sender, product):
    """Message everybody who waits for the product, then forget that they did."""
    alerts = StockAlert.query.filter_by(product_id=product.id).order_by(StockAlert.id).all()
    for alert in alerts:
        user = db.session.get(User, alert.user_id)
        subject = f"{product.name} is back in stock"
        notify(user, NotificationKind.STOCK, subject, "back_in_stock", product=product)
        db.session.delete(alert)
    db.session.commit()

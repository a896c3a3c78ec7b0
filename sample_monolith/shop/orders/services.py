"""The life of an order after it is placed."""

from sqlalchemy import select

from shop.cart.services import add_product
from shop.exceptions import InvalidTransition, ShopError
from shop.extensions import db
from shop.inventory import services as inventory
from shop.models import Order, OrderStatus
from shop.promotions.services import give_back
from shop.signals import order_cancelled, order_paid, order_shipped

ALLOWED = {
    OrderStatus.PENDING: {OrderStatus.PAID, OrderStatus.CANCELLED},
    OrderStatus.PAID: {OrderStatus.SHIPPED, OrderStatus.CANCELLED, OrderStatus.REFUNDED},
    OrderStatus.SHIPPED: {OrderStatus.DELIVERED, OrderStatus.REFUNDED},
    OrderStatus.DELIVERED: {OrderStatus.REFUNDED},
    OrderStatus.CANCELLED: set(),
    OrderStatus.REFUNDED: set(),
}


def by_number(number):
    return db.first_or_404(select(Order).filter_by(number=number))


def own_order(user, number):
    return db.first_or_404(select(Order).filter_by(number=number, user_id=user.id))


def orders_of(user):
    return select(Order).filter_by(user_id=user.id).order_by(Order.id.desc())


def move(order, status, remark=""):
    """Change the status if that is allowed; the caller commits."""
    if status not in ALLOWED[order.status]:
        raise InvalidTransition(f"A {order.status.value} order can't become {status.value}.")
    order.record(status, remark)


def mark_paid(order):
    move(order, OrderStatus.PAID, "Payment received")
    inventory.commit_reservation(order.number)
    db.session.commit()
    order_paid.send("orders", order=order)


def mark_shipped(order, tracking_code):
    move(order, OrderStatus.SHIPPED, f"Parcel {tracking_code}")
    db.session.commit()
    order_shipped.send("orders", order=order)


def mark_delivered(order):
    move(order, OrderStatus.DELIVERED, "Delivered")
    db.session.commit()


def cancel(order, remark="Cancelled by customer"):
    """Call an order off before it leaves; stock, code and money go back."""
    from shop.payments.services import refund_order  # both modules import this one
    from shop.shipping.services import withdraw

    was_paid = order.status is OrderStatus.PAID
    move(order, OrderStatus.CANCELLED, remark)
    if was_paid:
        inventory.take_back(order.number)
        refund_order(order, reason=remark)
        withdraw(order)
    else:
        inventory.release(order.number)
    give_back(order)
    db.session.commit()
    order_cancelled.send("orders", order=order)


def mark_refunded(order):
    """Record that all the money went back; the caller commits."""
    move(order, OrderStatus.REFUNDED, "Refunded")


def reorder(order, cart):
    """Put the lines of an old order in the cart; return the names that were left out."""
    missing = []
    for line in order.lines:
        try:
            add_product(cart, line.product, line.quantity)
        except ShopError:
            missing.append(line.product_name)
    return missing


def cancel_stale(placed_before):
    """Cancel unpaid orders that hold stock for too long; return how many."""
    numbers = inventory.stale_references(placed_before)
    for number in numbers:
        cancel(by_number(number), remark="Not paid in time")
    return len(numbers)

"""Taking money and giving it back."""

import hashlib
import hmac
from importlib import import_module

from flask import current_app
from sqlalchemy import select

from shop.exceptions import InvalidSignature, InvalidTransition, PaymentDeclined, ShopError
from shop.extensions import db
from shop.models import OrderStatus
from shop.orders import services as orders
from shop.payments.models import Payment, PaymentEvent, PaymentStatus, Refund

PAYABLE = (PaymentStatus.OPEN, PaymentStatus.FAILED)


def provider():
    return import_module("shop.payments.providers.sandbox")


def open_payment(order):
    """Add a payment for the whole order; the caller commits."""
    attempt = len(order.payments) + 1
    payment = Payment(
        order=order, reference=f"pay-{order.number}-{attempt}", amount_cents=order.total_cents
    )
    db.session.add(payment)
    return payment


def latest_payment(order):
    return order.payments[-1]


def pay_by_card(order, card_number):
    """Ask the provider to set the money aside; it confirms later through the callback."""
    if order.status is not OrderStatus.PENDING:
        raise InvalidTransition("This order doesn't wait for a payment.")
    payment = latest_payment(order)
    if payment.status not in PAYABLE:
        raise InvalidTransition("This payment is under way already.")
    payment.card_last4 = card_number[-4:]
    approved = provider().authorise(card_number, payment.amount_cents)
    payment.status = PaymentStatus.AUTHORISED if approved else PaymentStatus.FAILED
    if not approved:
        open_payment(order)
    db.session.commit()
    if not approved:
        raise PaymentDeclined("Your card was declined.")
    return payment


def refund(payment, amount_cents, reason=""):
    """Give money back; the caller commits."""
    if payment.status is not PaymentStatus.CAPTURED:
        raise ShopError("There is nothing to refund.")
    if not 0 < amount_cents <= payment.refundable_cents:
        raise ShopError("That is more than what is left to refund.")
    payment.refunds.append(Refund(amount_cents=amount_cents, reason=reason))
    if payment.refundable_cents == 0:
        payment.status = PaymentStatus.REFUNDED


def refund_order(order, amount_cents=None, reason=""):
    """Refund an order in full or in part; the caller commits."""
    payment = latest_payment(order)
    amount = payment.refundable_cents if amount_cents is None else amount_cents
    refund(payment, amount, reason)
    return payment.status is PaymentStatus.REFUNDED


def sign(body: bytes) -> str:
    secret = current_app.config["PAYMENT_CALLBACK_SECRET"].encode()
    return hmac.new(secret, body, hashlib.sha256).hexdigest()


def check_signature(body: bytes, signature: str) -> None:
    if not hmac.compare_digest(sign(body), signature):
        raise InvalidSignature("The signature doesn't match.")


class CallbackHandler:
    """Acts on one message of the provider, once however often it is sent."""

    def __init__(self, event):
        self.event = event
        self.payment = db.first_or_404(select(Payment).filter_by(reference=event["reference"]))

    def handle(self):
        """Dispatch on the kind of the event; tell whether it was new."""
        if PaymentEvent.query.filter_by(event_id=self.event["id"]).first():
            return False
        handler = getattr(self, f"on_{self.event['type']}", None)
        if handler is None:
            raise ShopError(f"Unknown event {self.event['type']}.")
        db.session.add(
            PaymentEvent(
                event_id=self.event["id"], payment_id=self.payment.id, kind=self.event["type"]
            )
        )
        handler()
        db.session.commit()
        return True

    def on_captured(self):
        if self.event.get("amount_cents") != self.payment.amount_cents:
            raise ShopError("The amount differs from what was asked.")
        self.payment.status = PaymentStatus.CAPTURED
        orders.mark_paid(self.payment.order)

    def on_failed(self):
        self.payment.status = PaymentStatus.FAILED
        open_payment(self.payment.order)

    def on_refunded(self):
        refund(self.payment, self.event["amount_cents"], reason="By the provider")
        if self.payment.status is PaymentStatus.REFUNDED:
            orders.mark_refunded(self.payment.order)

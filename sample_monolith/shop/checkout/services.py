"""Turning a cart into an order: everything or nothing."""

from shop.cart.models import CartStatus
from shop.checkout.pricing import promotion_of, quote_for
from shop.exceptions import EmptyCart, ShopError
from shop.extensions import db
from shop.inventory import services as inventory
from shop.models import Order, OrderLine, OrderStatus
from shop.payments.services import open_payment
from shop.promotions import services as promotions
from shop.shipping.services import rate_for
from shop.signals import order_placed


class Checkout:
    """One attempt to order what is in a cart."""

    def __init__(self, user, cart):
        self.user = user
        self.cart = cart

    def quote(self, address, method):
        shipping = rate_for(method, address.country, self.cart.weight_grams)
        return quote_for(
            self.cart.subtotal_cents, promotion_of(self.cart), shipping, address.country
        )

    def place(self, address, method, note=""):
        """Write order, lines, reservations, payment, redemption and cart in one transaction."""
        self.check()
        order = self.create_order(address, method, note)
        inventory.reserve(order.number, order.quantities())
        if order.promotion is not None:
            promotions.redeem(order.promotion, order)
        open_payment(order)
        self.cart.status = CartStatus.ORDERED
        db.session.commit()
        order_placed.send("checkout", order=order)
        return order

    def check(self):
        if self.cart is None or not self.cart.items:
            raise EmptyCart("Your cart is empty.")
        for item in self.cart.items:
            if not item.product.is_active:
                raise ShopError(f"{item.product.name} is not for sale any more.")

    def create_order(self, address, method, note):
        quote = self.quote(address, method)
        order = Order(
            customer=self.user,
            ship_to=address.as_text,
            country=address.country,
            note=note,
            shipping_method=method,
            promotion=promotion_of(self.cart),
            subtotal_cents=quote.subtotal,
            discount_cents=quote.discount,
            shipping_cents=quote.shipping,
            tax_cents=quote.tax,
            total_cents=quote.total,
        )
        order.lines = [self.create_line(item) for item in self.cart.items]
        order.record(OrderStatus.PENDING, "Placed")
        db.session.add(order)
        db.session.flush()
        order.number = f"SO-{order.id:06d}"
        return order

    @staticmethod
    def create_line(item):
        return OrderLine(
            product_id=item.product_id,
            product_name=item.product.name,
            unit_price_cents=item.product.price_cents,
            quantity=item.quantity,
        )

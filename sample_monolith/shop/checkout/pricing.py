"""What a cart costs."""

from dataclasses import dataclass
from decimal import Decimal

from shop.exceptions import InvalidPromotion
from shop.promotions.models import PromotionKind
from shop.promotions.services import discount_for, find_valid
from shop.utils import percentage

TAX_PERCENT = {
    "NL": Decimal(21),
    "BE": Decimal(21),
    "DE": Decimal(19),
    "FR": Decimal(20),
    "GB": Decimal(20),
}


@dataclass(frozen=True)
class Quote:
    """Amounts in cents; tax comes on top of the goods, shipping is free of it."""

    subtotal: int
    discount: int
    shipping: int
    tax: int

    @property
    def total(self) -> int:
        return self.subtotal - self.discount + self.shipping + self.tax


def quote_for(subtotal: int, promotion, shipping: int, country: str) -> Quote:
    discount = discount_for(promotion, subtotal)
    if promotion is not None and promotion.kind is PromotionKind.FREE_SHIPPING:
        shipping = 0
    tax = percentage(subtotal - discount, TAX_PERCENT.get(country, Decimal(0)))
    return Quote(subtotal=subtotal, discount=discount, shipping=shipping, tax=tax)


def promotion_of(cart):
    """Return the promotion of a cart, or none once its code is no longer good."""
    if not cart.promotion_code:
        return None
    try:
        return find_valid(cart.promotion_code, cart.subtotal_cents)
    except InvalidPromotion:
        return None


def price_cart(cart, user) -> Quote:
    """Quote before an address is chosen: no shipping yet, tax of the first address known."""
    addresses = user.addresses if user.is_authenticated else []
    country = addresses[0].country if addresses else ""
    return quote_for(cart.subtotal_cents, promotion_of(cart), 0, country)

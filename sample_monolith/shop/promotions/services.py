"""Checking codes and counting their use."""

from sqlalchemy import select

from shop.exceptions import InvalidPromotion
from shop.extensions import db
from shop.promotions.models import Promotion, PromotionKind, PromotionRedemption
from shop.utils import format_money, percentage, utcnow


def find_valid(code, subtotal_cents):
    """Return the promotion for a code, or raise with the reason why it isn't good."""
    promotion = db.session.scalar(select(Promotion).filter_by(code=code.strip().upper()))
    today = utcnow().date()
    if promotion is None or not promotion.enabled:
        raise InvalidPromotion("We don't know this code.")
    if promotion.starts_on and today < promotion.starts_on:
        raise InvalidPromotion("This code is not valid yet.")
    if promotion.ends_on and today > promotion.ends_on:
        raise InvalidPromotion("This code has expired.")
    if promotion.max_uses is not None and promotion.used_count >= promotion.max_uses:
        raise InvalidPromotion("This code is used up.")
    if subtotal_cents < promotion.minimum_cents:
        minimum = format_money(promotion.minimum_cents)
        raise InvalidPromotion(f"This code needs a cart of at least {minimum}.")
    return promotion


def discount_for(promotion, subtotal_cents):
    if promotion is None:
        return 0
    if promotion.kind is PromotionKind.PERCENT:
        return percentage(subtotal_cents, promotion.value)
    if promotion.kind is PromotionKind.AMOUNT:
        return min(promotion.value, subtotal_cents)
    return 0


def redeem(promotion, order):
    """Count one use, unless somebody else took the last one; the caller commits."""
    statement = Promotion.query.filter(Promotion.id == promotion.id)
    if promotion.max_uses is not None:
        statement = statement.filter(Promotion.used_count < Promotion.max_uses)
    if not statement.update({Promotion.used_count: Promotion.used_count + 1}):
        raise InvalidPromotion("This code is used up.")
    db.session.add(
        PromotionRedemption(
            promotion_id=promotion.id,
            order_id=order.id,
            user_id=order.user_id,
            discount_cents=order.discount_cents,
        )
    )


def give_back(order):
    """Undo the redemption of a cancelled order; the caller commits."""
    redemption = PromotionRedemption.query.filter_by(order_id=order.id).first()
    if redemption:
        redemption.promotion.used_count -= 1
        db.session.delete(redemption)


def create_promotion(**fields):
    code = fields.pop("code").strip().upper()
    if Promotion.query.filter_by(code=code).first():
        raise InvalidPromotion(f"There is a code {code} already.")
    promotion = Promotion(code=code, **fields)
    db.session.add(promotion)
    db.session.commit()
    return promotion


def toggle_promotion(promotion):
    promotion.enabled = not promotion.enabled
    db.session.commit()

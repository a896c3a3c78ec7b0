"""The cart of the current visitor: by account when signed in, by session key when not."""

import secrets

from flask import session
from flask_login import current_user
from sqlalchemy import delete, select, update

from shop.cart.models import Cart, CartItem, CartStatus
from shop.exceptions import OutOfStock, ShopError
from shop.extensions import db
from shop.inventory.services import available
from shop.promotions.services import find_valid
from shop.utils import hours_ago, utcnow


def open_cart_of(user_id):
    return Cart.query.filter_by(user_id=user_id, status=CartStatus.OPEN).first()


def current_cart(create=False):
    """Return the visitor's open cart, or none unless one should be made."""
    if current_user.is_authenticated:
        cart = open_cart_of(current_user.id)
    else:
        cart = _cart_of_visitor(session.get("visitor_key"))
    if cart is None and create:
        cart = _new_cart()
    return cart


def _cart_of_visitor(visitor_key):
    if not visitor_key:
        return None
    return db.session.scalar(
        select(Cart).filter_by(visitor_key=visitor_key, status=CartStatus.OPEN)
    )


def _new_cart():
    if current_user.is_authenticated:
        cart = Cart(user_id=current_user.id)
    else:
        session["visitor_key"] = session.get("visitor_key") or secrets.token_hex(16)
        cart = Cart(visitor_key=session["visitor_key"])
    db.session.add(cart)
    db.session.flush()
    return cart


def find_item(cart, product_id):
    return next((item for item in cart.items if item.product_id == product_id), None)


def add_product(cart, product, quantity=1):
    item = find_item(cart, product.id)
    set_quantity(cart, product, quantity + (item.quantity if item else 0))


def set_quantity(cart, product, quantity):
    """Set how many of a product are wanted; zero takes it out."""
    if not product.is_active:
        raise ShopError(f"{product.name} is not for sale.")
    if quantity > (free := available(product.id)):
        raise OutOfStock(product.id, quantity, free)
    item = find_item(cart, product.id)
    if quantity <= 0:
        if item:
            cart.items.remove(item)
    elif item:
        item.quantity = quantity
    else:
        cart.items.append(CartItem(product=product, quantity=quantity))
    cart.updated_at = utcnow()
    db.session.commit()


def apply_code(cart, code):
    """Remember a promotion code, if it is good for this cart as it is now."""
    promotion = find_valid(code, cart.subtotal_cents)
    cart.promotion_code = promotion.code
    db.session.commit()
    return promotion


def drop_code(cart):
    cart.promotion_code = None
    db.session.commit()


def adopt_cart(visitor_key, user_id):
    """Move what a visitor collected into the cart of the account signed in to."""
    visitor_cart = _cart_of_visitor(visitor_key)
    if visitor_cart is None:
        return
    own_cart = open_cart_of(user_id)
    if own_cart is None:
        visitor_cart.user_id, visitor_cart.visitor_key = user_id, None
    else:
        for item in list(visitor_cart.items):
            _merge_item(own_cart, item)
        db.session.delete(visitor_cart)
    db.session.commit()


def _merge_item(cart, item):
    known = find_item(cart, item.product_id)
    if known:
        known.quantity = max(known.quantity, item.quantity)
    else:
        cart.items.append(CartItem(product_id=item.product_id, quantity=item.quantity))


def remove_everywhere(product_id):
    """Take a product out of all open carts; the caller commits."""
    open_carts = select(Cart.id).where(Cart.status == CartStatus.OPEN)
    db.session.execute(
        delete(CartItem).where(CartItem.product_id == product_id, CartItem.cart_id.in_(open_carts))
    )


def expire_carts(hours):
    """Close carts that nobody touched for so long; return how many."""
    result = db.session.execute(
        update(Cart)
        .where(Cart.status == CartStatus.OPEN, Cart.updated_at < hours_ago(hours))
        .values(status=CartStatus.EXPIRED)
    )
    db.session.commit()
    return result.rowcount

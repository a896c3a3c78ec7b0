"""Registration, tokens and roles."""

import hashlib
import secrets

from flask import current_app, request
from sqlalchemy import func, select

from shop.exceptions import ShopError
from shop.extensions import db, login_manager
from shop.models import Address, ApiToken, Role, User
from shop.signals import user_registered
from shop.utils import utcnow


class EmailTaken(ShopError):
    status_code = 409


def register_user(name, email, password, role=None):
    """Create an account. The very first one becomes the administrator."""
    email = email.strip().lower()
    if find_by_email(email):
        raise EmailTaken("There is an account with this address already.")
    first = db.session.scalar(select(func.count(User.id))) == 0
    user = User(name=name, email=email, role=role or (Role.ADMIN if first else Role.CUSTOMER))
    user.set_password(password, current_app.config["PASSWORD_HASH_METHOD"])
    db.session.add(user)
    db.session.flush()
    user_registered.send("accounts", user=user)
    db.session.commit()
    return user


def find_by_email(email):
    return User.query.filter_by(email=email.strip().lower()).first()


def authenticate(email, password):
    """Return the user if the password is right and the account isn't blocked."""
    user = find_by_email(email)
    if user and user.is_active and user.check_password(password):
        return user
    return None


def change_password(user, password):
    user.set_password(password, current_app.config["PASSWORD_HASH_METHOD"])
    revoke_all_tokens(user)
    db.session.commit()


@login_manager.user_loader
def load_user(user_id):
    """Pages know their user by the session cookie; the API doesn't look at cookies."""
    if request.path.startswith("/api/"):
        return None
    return db.session.get(User, int(user_id))


@login_manager.request_loader
def load_user_from_token(api_request):
    scheme, _, secret = api_request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    token = ApiToken.query.filter_by(digest=digest(secret), revoked_at=None).first()
    return token.user if token and token.user.is_active else None


def digest(secret):
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_token(user, label):
    """Store the digest of a new token and return its secret, shown only once."""
    secret = secrets.token_urlsafe(24)
    db.session.add(ApiToken(user=user, label=label, digest=digest(secret)))
    db.session.commit()
    return secret


def revoke_token(token):
    token.revoked_at = utcnow()
    db.session.commit()


def revoke_all_tokens(user):
    ApiToken.query.filter_by(user_id=user.id, revoked_at=None).update({"revoked_at": utcnow()})


def add_address(user, fields):
    address = Address(user=user, **fields)
    db.session.add(address)
    db.session.commit()
    return address


def own_address(user, address_id):
    return db.first_or_404(select(Address).filter_by(id=address_id, user_id=user.id))


def toggle_wishlist(user, product):
    """Put a product on the wishlist or take it off; tell which of the two happened."""
    added = product not in user.wishlist
    if added:
        user.wishlist.append(product)
    else:
        user.wishlist.remove(product)
    db.session.commit()
    return added


def set_role(user, role):
    user.role = role
    db.session.commit()


def set_blocked(user, blocked):
    user.blocked = blocked
    if blocked:
        revoke_all_tokens(user)
    db.session.commit()

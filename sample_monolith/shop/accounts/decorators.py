"""Who may call a view."""

from functools import wraps

from flask import abort
from flask_login import current_user, login_required


def staff_required(view):
    @wraps(view)
    @login_required
    def wrapper(*args, **kwargs):
        if not current_user.is_staff:
            abort(403)
        return view(*args, **kwargs)

    return wrapper


def admin_required(view):
    @wraps(view)
    @login_required
    def wrapper(*args, **kwargs):
        if not current_user.is_admin:
            abort(403)
        return view(*args, **kwargs)

    return wrapper


def token_required(view):
    """For the API, where nothing but a bearer token makes a user."""

    @wraps(view)
    def wrapper(*args, **kwargs):
        if not current_user.is_authenticated:
            abort(401, description="A valid bearer token is required.")
        return view(*args, **kwargs)

    return wrapper


def staff_token_required(view):
    @wraps(view)
    @token_required
    def wrapper(*args, **kwargs):
        if not current_user.is_staff:
            abort(403, description="For staff only.")
        return view(*args, **kwargs)

    return wrapper

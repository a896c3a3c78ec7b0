"""Accounts, seen by administrators."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy import select

from shop.accounts import services
from shop.accounts.decorators import admin_required
from shop.backoffice import backoffice
from shop.extensions import db
from shop.forms import RoleForm
from shop.models import Role, User
from shop.utils import audit, paginate


@backoffice.get("/users")
@admin_required
def users():
    statement = select(User).order_by(User.id.desc())
    if email := request.args.get("email"):
        statement = statement.filter_by(email=email.lower())
    return render_template("backoffice/users.html", page=paginate(statement), roles=Role)


@backoffice.post("/users/<int:user_id>/role")
@admin_required
def change_role(user_id):
    user = other_user(user_id)
    form = RoleForm()
    if not form.validate_on_submit():
        abort(400, description="There is no such role.")
    audit("user.role", user.email, form.role.data)
    services.set_role(user, Role(form.role.data))
    flash(f"{user.name} is {form.role.data} now.", "success")
    return redirect(url_for(".users"))


@backoffice.post("/users/<int:user_id>/block")
@admin_required
def toggle_block(user_id):
    user = other_user(user_id)
    audit("user.block", user.email)
    services.set_blocked(user, not user.blocked)
    return redirect(url_for(".users"))


def other_user(user_id):
    """Administrators can't lock themselves out."""
    if user_id == current_user.id:
        abort(403)
    return db.get_or_404(User, user_id)

"""Pages of one's own account."""

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask_login import current_user, login_required, login_user, logout_user
from sqlalchemy import select

from shop.accounts import services
from shop.cart.services import adopt_cart
from shop.extensions import db
from shop.forms import (
    AddressForm,
    LoginForm,
    PasswordForm,
    ProfileForm,
    RegistrationForm,
    TokenForm,
)
from shop.models import ApiToken, Product
from shop.utils import redirect_back

accounts = Blueprint("accounts", __name__, url_prefix="/account")


def sign_in(user, remember=False):
    """Start the session and bring along what the visitor had in the cart."""
    login_user(user, remember=remember)
    visitor_key = session.pop("visitor_key", None)
    if visitor_key:
        adopt_cart(visitor_key, user.id)


@accounts.route("/register", methods=["GET", "POST"])
def register():
    form = RegistrationForm()
    if form.validate_on_submit():
        try:
            user = services.register_user(form.name.data, form.email.data, form.password.data)
        except services.EmailTaken as error:
            form.email.errors = [error.message]
        else:
            sign_in(user)
            flash(f"Welcome, {user.name}.", "success")
            return redirect_back("accounts.profile")
    status = 400 if form.errors else 200
    return render_template("accounts/register.html", form=form), status


@accounts.route("/login", methods=["GET", "POST"])
def login():
    form = LoginForm()
    if form.validate_on_submit():
        user = services.authenticate(form.email.data, form.password.data)
        if user:
            sign_in(user, remember=form.remember.data)
            flash("You are signed in.", "success")
            return redirect_back("catalogue.home")
        flash("Wrong address or password.", "error")
        return render_template("accounts/login.html", form=form), 401
    return render_template("accounts/login.html", form=form)


@accounts.post("/logout")
@login_required
def logout():
    logout_user()
    flash("You are signed out.", "info")
    return redirect(url_for("catalogue.home"))


@accounts.route("/", methods=["GET", "POST"])
@login_required
def profile():
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        form.populate_obj(current_user)
        db.session.commit()
        flash("Your profile is saved.", "success")
        return redirect(url_for(".profile"))
    return render_template("accounts/profile.html", form=form, recent=current_user.orders[:3])


@accounts.route("/password", methods=["GET", "POST"])
@login_required
def password():
    form = PasswordForm()
    if form.validate_on_submit():
        if current_user.check_password(form.current.data):
            services.change_password(current_user, form.password.data)
            flash("Your password is changed.", "success")
            return redirect(url_for(".profile"))
        form.current.errors = ["That is not your current password."]
    status = 400 if form.errors else 200
    return render_template("accounts/password.html", form=form), status


@accounts.route("/addresses", methods=["GET", "POST"])
@login_required
def addresses():
    form = AddressForm()
    if form.validate_on_submit():
        fields = {name: form[name].data for name in form.data if name != "csrf_token"}
        services.add_address(current_user, fields)
        flash("The address is saved.", "success")
        return redirect_back("accounts.addresses")
    status = 400 if form.errors else 200
    return render_template("accounts/addresses.html", form=form), status


@accounts.post("/addresses/<int:address_id>/delete")
@login_required
def delete_address(address_id):
    db.session.delete(services.own_address(current_user, address_id))
    db.session.commit()
    flash("The address is gone.", "info")
    return redirect(url_for(".addresses"))


@accounts.route("/tokens", methods=["GET", "POST"])
@login_required
def tokens():
    form = TokenForm()
    secret = None
    if form.validate_on_submit():
        secret = services.issue_token(current_user, form.label.data)
    return render_template("accounts/tokens.html", form=form, secret=secret)


@accounts.post("/tokens/<int:token_id>/revoke")
@login_required
def revoke_token(token_id):
    token = db.first_or_404(select(ApiToken).filter_by(id=token_id, user_id=current_user.id))
    services.revoke_token(token)
    flash("The token is revoked.", "info")
    return redirect(url_for(".tokens"))


@accounts.get("/wishlist")
@login_required
def wishlist():
    return render_template("accounts/wishlist.html", products=current_user.wishlist)


@accounts.post("/wishlist/<int:product_id>")
@login_required
def toggle_wishlist(product_id):
    product = db.get_or_404(Product, product_id)
    if services.toggle_wishlist(current_user, product):
        flash(f"{product.name} is on your wishlist.", "success")
    else:
        flash(f"{product.name} is off your wishlist.", "info")
    return redirect_back("accounts.wishlist")

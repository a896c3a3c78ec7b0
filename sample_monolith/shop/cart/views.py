"""The cart page and its buttons."""

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.views import MethodView
from flask_login import current_user

from shop.cart import services
from shop.checkout.pricing import price_cart
from shop.extensions import db
from shop.forms import CartItemForm, PromotionCodeForm
from shop.models import Product
from shop.utils import redirect_back

cart = Blueprint("cart", __name__)


@cart.before_request
def errors_return_to_cart():
    g.form_page = url_for("cart.view")


class CartItemView(MethodView):
    """Put a product in, or change how many."""

    def post(self, product_id):
        form = CartItemForm()
        product = db.get_or_404(Product, product_id)
        if not form.validate():
            flash("Please give a number between 0 and 99.", "error")
            return redirect(url_for("cart.view"))
        self.change(services.current_cart(create=True), product, form.quantity.data)
        return redirect_back("cart.view")


class AddToCart(CartItemView):
    def change(self, visitor_cart, product, quantity):
        services.add_product(visitor_cart, product, quantity)
        flash(f"{product.name} is in your cart.", "success")


class ChangeQuantity(CartItemView):
    def change(self, visitor_cart, product, quantity):
        services.set_quantity(visitor_cart, product, quantity)
        flash("Your cart is up to date.", "info")


@cart.get("/")
def view():
    visitor_cart = services.current_cart()
    quote = price_cart(visitor_cart, current_user) if visitor_cart and visitor_cart.items else None
    return render_template(
        "cart/view.html", cart=visitor_cart, quote=quote, code_form=PromotionCodeForm()
    )


@cart.post("/promotion")
def apply_promotion():
    form = PromotionCodeForm()
    if form.validate_on_submit():
        promotion = services.apply_code(services.current_cart(create=True), form.code.data)
        flash(f"Code {promotion.code} is applied.", "success")
    return redirect(url_for(".view"))


@cart.post("/promotion/remove")
def remove_promotion():
    visitor_cart = services.current_cart()
    if visitor_cart:
        services.drop_code(visitor_cart)
    return redirect(url_for(".view"))


cart.add_url_rule("/items/<int:product_id>", view_func=AddToCart.as_view("add"))
cart.add_url_rule("/items/<int:product_id>/quantity", view_func=ChangeQuantity.as_view("change"))

"""Commands for the people who run the shop: ``flask --app wsgi shop …``."""

import click
from flask import current_app
from flask.cli import AppGroup

from shop.accounts.services import find_by_email, register_user, set_role
from shop.cart.services import expire_carts
from shop.catalogue.services import create_category, create_product
from shop.extensions import db
from shop.inventory.models import MovementReason
from shop.inventory.services import adjust
from shop.models import Category, Role
from shop.orders.services import cancel_stale
from shop.reporting.services import rebuild_daily_sales
from shop.shipping.services import create_method
from shop.utils import hours_ago

shop_cli = AppGroup("shop", help="Run the shop.")

SAMPLE_PRODUCTS = [
    ("MUG-1", "Enamel mug", 1250, 350, "kitchen, outdoor"),
    ("POT-1", "Cast iron pot", 8900, 4200, "kitchen"),
    ("LAMP-1", "Ship's lantern", 6450, 1500, "light, outdoor"),
]


@shop_cli.command("init-db")
def init_db():
    """Create the tables that don't exist yet."""
    db.create_all()
    click.echo("The tables are ready.")


@shop_cli.command("seed")
def seed():
    """Add a few goods and ways to send them, unless there are any."""
    if db.session.query(Category).filter_by(slug="household").first():
        click.echo("Seeded already.")
        return
    household = create_category("Household")
    for sku, name, price_cents, weight_grams, tags in SAMPLE_PRODUCTS:
        product = create_product(
            sku, name, price_cents, tags, weight_grams=weight_grams, category_id=household.id
        )
        adjust(product.id, 25, MovementReason.RECEIPT, "seed")
    create_method("post", "Post", 495, per_kg_cents=100)
    click.echo(f"{len(SAMPLE_PRODUCTS)} products added.")


@shop_cli.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator")
@click.password_option()
def create_admin(email, name, password):
    """Add an administrator, or make an existing account one."""
    user = find_by_email(email)
    if user is None:
        register_user(name, email, password, role=Role.ADMIN)
    else:
        set_role(user, Role.ADMIN)
    click.echo(f"{email} is an administrator.")


@shop_cli.command("expire-carts")
@click.option("--hours", type=int, help="Age at which a cart expires.")
def expire_old_carts(hours):
    """Close carts that nobody touched for a while."""
    count = expire_carts(current_app.config["CART_LIFETIME_HOURS"] if hours is None else hours)
    click.echo(f"{count} carts expired.")


@shop_cli.command("cancel-unpaid")
@click.option("--hours", type=int, default=48, show_default=True)
def cancel_unpaid(hours):
    """Cancel orders that hold stock without being paid."""
    click.echo(f"{cancel_stale(hours_ago(hours))} orders cancelled.")


@shop_cli.command("rebuild-sales")
def rebuild_sales():
    """Work out the daily figures again."""
    click.echo(f"{rebuild_daily_sales()} days rebuilt.")


def register_commands(app):
    app.cli.add_command(shop_cli)

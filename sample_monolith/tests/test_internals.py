"""The few things that can't be seen over HTTP: commands, and time that has passed."""

import re
from datetime import timedelta

import pytest

pytestmark = pytest.mark.internals


@pytest.fixture
def run(app):
    runner = app.test_cli_runner()

    def run(*words):
        result = runner.invoke(args=["shop", *words])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def backdate(app, model, days, **found_by):
    from shop.extensions import db
    from shop.utils import utcnow

    with app.app_context():
        row = db.session.query(model).filter_by(**found_by).one()
        stamp = utcnow() - timedelta(days=days)
        for name in ("placed_at", "updated_at"):
            if hasattr(row, name):
                setattr(row, name, stamp)
        db.session.commit()


def test_the_factory_can_be_called_again(app):
    from shop import create_app

    again = create_app({"SQLALCHEMY_DATABASE_URI": "sqlite://"})
    assert len(list(again.url_map.iter_rules())) == len(list(app.url_map.iter_rules()))


def test_tables_can_be_created_again(run):
    assert "The tables are ready." in run("init-db")


def test_seeding_twice_changes_nothing(run, shop):
    assert "3 products added." in run("seed")
    assert "Seeded already." in run("seed")
    assert shop.visitor().api("GET", "/products/?q=MUG-1").json["items"][0]["available"] == 25


def test_administrators_are_made_on_the_command_line(run, shop, customer):
    run("create-admin", customer.email, "--password", "unused")
    assert customer.get("/backoffice/users").status_code == 200
    newcomer = shop.newcomer()
    run("create-admin", newcomer.email, "--password", "a good password")
    newcomer.login("a good password")
    assert newcomer.get("/backoffice/users").status_code == 200


def test_forgotten_carts_expire(app, run, customer, product):
    from shop.cart.models import Cart

    customer.submit(f"/cart/items/{product['id']}", quantity=2)
    user_id = customer.api("GET", "/me").json["id"]
    backdate(app, Cart, 30, user_id=user_id)
    assert "1 carts expired." in run("expire-carts")
    assert customer.cart_count() == 0


def test_unpaid_orders_give_their_stock_back(app, run, shop, customer, product):
    from shop.models import Order

    order = shop.order(customer, product, quantity=4)
    backdate(app, Order, 30, number=order["number"])
    assert "1 orders cancelled." in run("cancel-unpaid")
    assert shop.available(product) == 10


def test_daily_figures_are_rebuilt(run, shop, customer, product):
    shop.paid_order(customer, product)
    assert re.match(r"[1-9]\d* days rebuilt\.", run("rebuild-sales"))


def test_reserving_twice_holds_stock_once(app, shop, product):
    from shop.extensions import db
    from shop.inventory.services import reserve

    with app.app_context():
        for _ in range(2):
            reserve("twice", {product["id"]: 3})
            db.session.commit()
    assert shop.available(product) == 7

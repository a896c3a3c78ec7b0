"""Figures; each test looks at rows of its own category or product only."""

import csv
import re

import pytest


@pytest.fixture
def sale(shop):
    """Two orders of one product in a category of its own, and one that was called off."""
    _, slug = shop.category()
    product = shop.product(price_cents=3000, stock=20, category=slug)
    first, second = shop.customer(), shop.customer()
    shop.paid_order(first, product, quantity=2)
    shop.paid_order(second, product, quantity=3)
    cancelled = shop.order(second, product, quantity=1)
    second.submit(f"/orders/{cancelled['number']}/cancel")
    return {"category": slug.capitalize(), "product": product, "customer": second}


def row_of(report, **values):
    return next(
        row for row in report.json["items"] if all(row[name] == values[name] for name in values)
    )


def test_sales_by_category(shop, admin, sale):
    report = admin.api("GET", "/admin/reports/sales")
    assert row_of(report, category=sale["category"]) == {
        "category": sale["category"],
        "country": "NL",
        "orders": 2,
        "customers": 2,
        "units": 5,
        "revenue_cents": 15000,
    }
    assert sale["category"] in admin.get("/backoffice/reports/sales").text


def test_sales_of_another_period_are_left_out(admin, sale):
    report = admin.api("GET", "/admin/reports/sales?from=2001-01-01&to=2001-12-31")
    assert report.json == {"items": []}
    page = admin.get("/backoffice/reports/sales?from=2001-01-01&to=2001-12-31")
    assert "Nothing in this period." in page.text


def test_sales_as_csv(admin, sale):
    answer = admin.get("/backoffice/reports/sales.csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(answer.text.splitlines()))
    own = next(row for row in rows if row["category"] == sale["category"])
    assert own["revenue_cents"] == "15000"


def test_best_sellers(admin, sale):
    report = admin.api("GET", "/admin/reports/best-sellers?limit=1000")
    own = row_of(report, sku=sale["product"]["sku"])
    assert (own["units"], own["revenue_cents"], own["on_hand"]) == (5, 15000, 15)
    assert admin.get("/backoffice/reports/best-sellers").status_code == 200


def test_best_customers(shop, admin):
    rich = shop.customer("US")
    shop.paid_order(rich, shop.product(price_cents=90_000_000))
    page = admin.get("/backoffice/reports/customers").text
    assert rich.email in page
    assert "€ 900,004.95" in page


def test_value_of_the_warehouse(admin, sale):
    page = admin.get("/backoffice/reports/stock-value").text
    row = re.search(rf"<td>{sale['category']}</td><td>(\d+)</td><td>([^<]+)</td>", page)
    assert row.groups() == ("15", "€ 450.00")


def test_daily_figures_are_rebuilt(admin, sale):
    page = admin.submit("/backoffice/reports/rebuild").text
    assert re.search(r"[1-9]\d* days worked out again", page)
    assert re.search(r"<td>\d{4}-\d\d-\d\d</td><td>\d+</td>", page)


def test_reports_are_for_staff(customer):
    assert customer.api("GET", "/admin/reports/sales").status_code == 403
    assert customer.get("/backoffice/reports/sales.csv").status_code == 403

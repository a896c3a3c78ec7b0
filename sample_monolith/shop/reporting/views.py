"""Reports, hung below the back office, which checks who may read them."""

import csv
import io
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from shop.reporting import services
from shop.utils import parse_date, utcnow

reports = Blueprint("reports", __name__)

BEGINNING = date(2000, 1, 1)


def period():
    """Read the period from the query string; without one, everything until today."""
    return (
        parse_date(request.args.get("from"), BEGINNING),
        parse_date(request.args.get("to"), utcnow().date()),
    )


@reports.get("/")
def index():
    return render_template("reporting/index.html", days=services.daily_sales())


@reports.get("/sales")
def sales():
    rows = services.sales_by_category(*period())
    return render_template("reporting/table.html", title="Sales by category", rows=rows)


@reports.get("/sales.csv")
def sales_csv():
    rows = services.sales_by_category(*period())
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["category", "country", "orders", "customers", "units", "revenue_cents"])
    writer.writerows(row.values() for row in rows)
    return Response(
        out.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=sales.csv"},
    )


@reports.get("/best-sellers")
def best_sellers():
    rows = services.best_sellers(*period())
    return render_template("reporting/table.html", title="Best sellers", rows=rows)


@reports.get("/customers")
def customers():
    rows = services.top_customers()
    return render_template("reporting/table.html", title="Best customers", rows=rows)


@reports.get("/stock-value")
def stock_value():
    rows = services.stock_valuation()
    return render_template("reporting/table.html", title="Value of the warehouse", rows=rows)


@reports.post("/rebuild")
def rebuild():
    flash(f"{services.rebuild_daily_sales()} days worked out again.", "success")
    return redirect(url_for(".index"))

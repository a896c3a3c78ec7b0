"""The first page, and the log."""

from flask import render_template, request
from sqlalchemy import func, select

from shop.backoffice import backoffice
from shop.backoffice.models import AuditEntry
from shop.extensions import db
from shop.inventory.services import low_stock
from shop.models import Order, Product, User
from shop.reviews.models import Review, ReviewStatus
from shop.utils import paginate


def count(model):
    return db.session.scalar(select(func.count(model.id)))


@backoffice.get("/")
def dashboard():
    by_status = db.session.execute(
        select(Order.status, func.count(Order.id)).group_by(Order.status).order_by(Order.status)
    ).all()
    return render_template(
        "backoffice/dashboard.html",
        totals={"Products": count(Product), "Orders": count(Order), "Accounts": count(User)},
        by_status=by_status,
        low_stock=low_stock(),
        waiting=Review.query.filter_by(status=ReviewStatus.PENDING).count(),
    )


@backoffice.get("/audit")
def audit_log():
    statement = select(AuditEntry).order_by(AuditEntry.id.desc())
    if action := request.args.get("action"):
        statement = statement.filter_by(action=action)
    return render_template("backoffice/audit.html", page=paginate(statement))

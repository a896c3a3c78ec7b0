"""Figures for the back office, over tables of every other part of the shop."""

from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlalchemy import delete, func, insert, select, text

from shop.extensions import db
from shop.inventory.models import StockItem
from shop.models import Category, Order, OrderStatus, Product, User
from shop.reporting.models import DailySales

QUERIES = Path(__file__).parent / "queries"
UNSOLD = (OrderStatus.PENDING, OrderStatus.CANCELLED)

SALES_BY_CATEGORY = text(
    """
    SELECT COALESCE(c.name, 'Uncategorised') AS category,
           o.country AS country,
           COUNT(DISTINCT o.id) AS orders,
           COUNT(DISTINCT u.id) AS customers,
           SUM(ol.quantity) AS units,
           SUM(ol.quantity * ol.unit_price_cents) AS revenue_cents
    FROM orders o
    JOIN order_lines ol ON ol.order_id = o.id
    JOIN products p ON p.id = ol.product_id
    LEFT JOIN categories c ON c.id = p.category_id
    JOIN users u ON u.id = o.user_id
    JOIN payments pay ON pay.order_id = o.id AND pay.status IN ('CAPTURED', 'REFUNDED')
    WHERE o.placed_at >= :since AND o.placed_at < :until
    GROUP BY COALESCE(c.name, 'Uncategorised'), o.country
    ORDER BY revenue_cents DESC, category, country
    """
).columns(
    category=db.String,
    country=db.String,
    orders=db.Integer,
    customers=db.Integer,
    units=db.Integer,
    revenue_cents=db.Integer,
)


def bounds(first_day, last_day):
    """Turn two days, both included, into two points in time."""
    return {
        "since": datetime.combine(first_day, time.min),
        "until": datetime.combine(last_day + timedelta(days=1), time.min),
    }


def typed(parameters):
    """Bind points in time as such, so that every database compares them rightly."""
    return [db.bindparam(name, value, db.DateTime) for name, value in parameters.items()]


def sales_by_category(first_day, last_day):
    statement = SALES_BY_CATEGORY.bindparams(*typed(bounds(first_day, last_day)))
    return [dict(row) for row in db.session.execute(statement).mappings()]


def best_sellers(first_day, last_day, how_many=20):
    query = (QUERIES / "best_sellers.sql").read_text(encoding="utf-8")
    statement = text(query).bindparams(*typed(bounds(first_day, last_day)), how_many=how_many)
    return [dict(row) for row in db.session.execute(statement).mappings()]


def top_customers(how_many=20):
    spent = func.sum(Order.total_cents).label("spent_cents")
    statement = (
        select(User.name, User.email, func.count(Order.id).label("orders"), spent)
        .join(Order, Order.user_id == User.id)
        .where(Order.status.not_in(UNSOLD))
        .group_by(User.id, User.name, User.email)
        .order_by(spent.desc(), User.email)
        .limit(how_many)
    )
    return [dict(row) for row in db.session.execute(statement).mappings()]


def stock_valuation():
    """What the warehouse is worth at sales prices, per category."""
    value = func.sum(StockItem.on_hand * Product.price_cents).label("value_cents")
    statement = (
        select(Category.name.label("category"), func.sum(StockItem.on_hand).label("units"), value)
        .select_from(StockItem)
        .join(StockItem.product)
        .outerjoin(Product.category)
        .group_by(Category.name)
        .order_by(Category.name)
    )
    return [dict(row) for row in db.session.execute(statement).mappings()]


def rebuild_daily_sales():
    """Work out the table of days again; return how many days had sales."""
    orders, revenue = Counter(), Counter()
    statement = select(Order.placed_at, Order.total_cents).where(Order.status.not_in(UNSOLD))
    for placed_at, total_cents in db.session.execute(statement):
        orders[placed_at.date()] += 1
        revenue[placed_at.date()] += total_cents
    rows = [
        {"day": day, "orders": orders[day], "revenue_cents": revenue[day]} for day in sorted(orders)
    ]
    db.session.execute(delete(DailySales))
    if rows:
        db.session.execute(insert(DailySales), rows)
    db.session.commit()
    return len(rows)


def daily_sales():
    return DailySales.query.order_by(DailySales.day.desc()).all()

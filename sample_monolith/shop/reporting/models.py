"""Figures worked out ahead of time."""

from datetime import date

from sqlalchemy.orm import Mapped, mapped_column

from shop.models import BaseModel


class DailySales(BaseModel):
    __tablename__ = "daily_sales"

    day: Mapped[date] = mapped_column(unique=True)
    orders: Mapped[int]
    revenue_cents: Mapped[int]

"""Small helpers that grew up everywhere. Nearly every module imports something from here."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import urlsplit

from flask import current_app, jsonify, redirect, request, url_for
from flask_login import current_user
from sqlalchemy import insert

from shop.extensions import db

CENT = Decimal("0.01")


def utcnow() -> datetime:
    """Return now in UTC without a zone, as every table stores it."""
    return datetime.now(UTC).replace(tzinfo=None)


def hours_ago(hours: int) -> datetime:
    return utcnow() - timedelta(hours=hours)


def parse_date(value: str | None, default: date) -> date:
    """Read an ISO date from a query string, falling back when it is missing or wrong."""
    try:
        return date.fromisoformat(value or "")
    except ValueError:
        return default


def slugify(text: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")


def unique_slug(model: type, text: str) -> str:
    """Return a slug that no row of the model uses yet."""
    base = slugify(text) or "item"
    slug, number = base, 2
    while model.query.filter_by(slug=slug).first() is not None:
        slug, number = f"{base}-{number}", number + 1
    return slug


def to_cents(amount: Decimal) -> int:
    return int((amount.quantize(CENT, rounding=ROUND_HALF_UP)) * 100)


def from_cents(cents: int) -> Decimal:
    return (Decimal(cents) / 100).quantize(CENT)


def format_money(cents: int | None) -> str:
    return f"€ {from_cents(cents or 0):,.2f}"


def percentage(cents: int, percent: Decimal) -> int:
    """Return that share of an amount, rounded half up to a whole cent."""
    return int((Decimal(cents) * percent / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def page_number() -> int:
    return max(request.args.get("page", default=1, type=int), 1)


def paginate(statement):
    """Run a select for the page asked for in the query string."""
    return db.paginate(
        statement,
        page=page_number(),
        per_page=current_app.config["PAGE_SIZE"],
        error_out=False,
    )


def page_as_json(page, serialise):
    return jsonify(
        items=[serialise(item) for item in page.items],
        page=page.page,
        pages=page.pages,
        total=page.total,
    )


def wants_json() -> bool:
    return request.path.startswith("/api/") or request.is_json


def is_safe_target(target: str | None) -> bool:
    """Tell whether a redirect target stays on this site."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def redirect_back(default_endpoint: str, **values):
    """Redirect to the ``next`` parameter if it is safe, else to the endpoint."""
    target = request.args.get("next") or request.form.get("next")
    if is_safe_target(target):
        return redirect(target)
    return redirect(url_for(default_endpoint, **values))


def json_error(message: str, status_code: int):
    return jsonify(error=message), status_code


def audit(action: str, subject: str, detail: str = "") -> None:
    """Note in the back office's log who did what; the caller commits."""
    from shop.backoffice.models import AuditEntry  # imports this module itself

    db.session.execute(
        insert(AuditEntry.__table__).values(
            actor_id=current_user.id if current_user and current_user.is_authenticated else None,
            action=action,
            subject=subject,
            detail=detail,
            created_at=utcnow(),
        )
    )

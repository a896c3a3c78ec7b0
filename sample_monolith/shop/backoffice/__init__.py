"""Back office: the pages on which staff run the shop, one module per subject."""

from flask import Blueprint

from shop.accounts.decorators import staff_required
from shop.reporting.views import reports

backoffice = Blueprint("backoffice", __name__, url_prefix="/backoffice")
backoffice.register_blueprint(reports, url_prefix="/reports")


@backoffice.before_request
@staff_required
def require_staff():
    """Nobody else gets past this."""


from shop.backoffice import (  # noqa: F401 - the modules add their views to the blueprint
    dashboard,
    orders,
    products,
    promotions,
    reviews,
    shipping,
    stock,
    users,
)

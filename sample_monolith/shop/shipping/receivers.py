"""What shipping does when something happens elsewhere."""

from shop.shipping.services import create_shipment
from shop.signals import order_paid


@order_paid.connect
def prepare_parcel(sender, order):
    create_shipment(order)

"""What happens in the shop, for whoever wants to know.

``user_registered`` is sent inside the transaction that it reports, so that receivers can add
their rows to it. All others are sent after the commit.
"""

from blinker import Namespace

_signals = Namespace()

user_registered = _signals.signal("user-registered")
order_placed = _signals.signal("order-placed")
order_paid = _signals.signal("order-paid")
order_shipped = _signals.signal("order-shipped")
order_cancelled = _signals.signal("order-cancelled")
stock_replenished = _signals.signal("stock-replenished")
review_published = _signals.signal("review-published")

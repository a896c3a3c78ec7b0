"""Booking stock in and out. Nothing here commits: callers do, together with their own rows."""

from sqlalchemy import insert, select

from shop.exceptions import OutOfStock, ShopError
from shop.extensions import db
from shop.inventory.models import (
    MovementReason,
    Reservation,
    ReservationStatus,
    StockItem,
    StockMovement,
)
from shop.models import Order, OrderStatus
from shop.utils import utcnow


def stock_of(product_id: int) -> StockItem:
    """Return the stock row of a product, making it the first time."""
    item = db.session.scalar(select(StockItem).filter_by(product_id=product_id))
    if item is None:
        item = StockItem(product_id=product_id, on_hand=0, reserved=0)
        db.session.add(item)
        db.session.flush()
    return item


def available(product_id: int) -> int:
    item = db.session.scalar(select(StockItem).filter_by(product_id=product_id))
    return item.available if item else 0


def record_movements(deltas: dict[int, int], reason: MovementReason, reference: str) -> None:
    """Write many rows at once, past the session."""
    rows = [
        {
            "product_id": product_id,
            "delta": delta,
            "reason": reason,
            "reference": reference,
            "created_at": utcnow(),
        }
        for product_id, delta in sorted(deltas.items())
    ]
    if rows:
        db.session.execute(insert(StockMovement.__table__), rows)


def adjust(product_id: int, delta: int, reason: MovementReason, reference: str = "") -> bool:
    """Change what lies in the warehouse; tell whether a sold out product is back."""
    item = stock_of(product_id)
    if item.on_hand + delta < item.reserved:
        raise ShopError("That would leave less than what is promised to customers.")
    was_sold_out = item.available <= 0
    item.on_hand += delta
    record_movements({product_id: delta}, reason, reference)
    return was_sold_out and item.available > 0


def reserve(reference: str, quantities: dict[int, int]) -> None:
    """Hold stock for a reference. Asking again for the same reference changes nothing."""
    if _reservations(reference, ReservationStatus.HELD):
        return
    for product_id, quantity in sorted(quantities.items()):
        held = StockItem.query.filter(
            StockItem.product_id == product_id,
            StockItem.on_hand - StockItem.reserved >= quantity,
        ).update({StockItem.reserved: StockItem.reserved + quantity})
        if not held:
            raise OutOfStock(product_id, quantity, available(product_id))
        db.session.add(Reservation(reference=reference, product_id=product_id, quantity=quantity))


def release(reference: str) -> None:
    """Give held stock back; nothing happens if none is held."""
    for reservation in _reservations(reference, ReservationStatus.HELD):
        stock_of(reservation.product_id).reserved -= reservation.quantity
        reservation.status = ReservationStatus.RELEASED


def commit_reservation(reference: str) -> None:
    """Take held stock out of the warehouse, once it is paid."""
    sold = {}
    for reservation in _reservations(reference, ReservationStatus.HELD):
        item = stock_of(reservation.product_id)
        item.reserved -= reservation.quantity
        item.on_hand -= reservation.quantity
        reservation.status = ReservationStatus.COMMITTED
        sold[reservation.product_id] = -reservation.quantity
    record_movements(sold, MovementReason.SALE, reference)


def take_back(reference: str) -> None:
    """Put the goods of a paid order that never left back on the shelf."""
    returned = {}
    for reservation in _reservations(reference, ReservationStatus.COMMITTED):
        stock_of(reservation.product_id).on_hand += reservation.quantity
        reservation.status = ReservationStatus.RELEASED
        returned[reservation.product_id] = reservation.quantity
    record_movements(returned, MovementReason.RETURN, reference)


def _reservations(reference: str, status: ReservationStatus) -> list[Reservation]:
    return Reservation.query.filter_by(reference=reference, status=status).all()


def set_reorder_level(product_id: int, level: int) -> None:
    stock_of(product_id).reorder_level = level


def low_stock() -> list[StockItem]:
    statement = (
        select(StockItem)
        .where(StockItem.on_hand - StockItem.reserved <= StockItem.reorder_level)
        .order_by(StockItem.product_id)
    )
    return list(db.session.scalars(statement))


def stale_references(placed_before) -> list[str]:
    """Numbers of unpaid orders that hold stock for too long."""
    statement = (
        select(Order.number)
        .join(Reservation, Reservation.reference == Order.number)
        .where(
            Order.status == OrderStatus.PENDING,
            Order.placed_at < placed_before,
            Reservation.status == ReservationStatus.HELD,
        )
        .distinct()
        .order_by(Order.number)
    )
    return list(db.session.scalars(statement))
